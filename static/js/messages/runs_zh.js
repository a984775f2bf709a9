/** Chinese: the verdict on a document, and the last documents. */

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  verdict_ready: "可以使用",
  verdict_open: "还有 {n} 处未填",
  verdict_open_and_broken: "还有 {n} 处未填，另有 {left} 处需在模板中改正",
  verdict_broken: "有 {n} 处需在模板中改正",
  verdict_failed: "格式不符合规范：{n} 条意见",
  verdict_unread: "可以使用，但文档内有 {n} 个文件无法检查",
  verdict_as_text: "可以使用，有 {n} 处括号文字保持原样",
  verdict_remarks: "可以使用，格式有 {n} 条意见",
  verdict_check: "检查结果：{verdict}",
  verdict_check_hint: "这是生成后的预计情况。格式在生成时检查。",

  place_item: "第 {n} 行",
  history_title: "最近的文档",
  history_empty: "还没有。最近十份文档会列在这里。",
  exit_none: "未生成",
  use_again: "再次打开",
  draft_opened: "已恢复这份文档填写的内容。",
  draft_gone: "这份文档填写的内容已不再保留。",
  keep_drafts: "在本浏览器中保留填写的内容",
  keep_drafts_hint: "刷新或意外关闭时不会丢失。文件和图片不保留。关闭此项会删除已保留的内容。",
  drafts_not_here: "本机不保留任何填写的内容。",
  forget: "删除此处保留的全部内容",
  forget_hint: "包括草稿、文档列表和本页设置。",
  forgotten: "草稿、列表和设置已删除。",
};
