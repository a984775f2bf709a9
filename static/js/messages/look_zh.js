/** Chinese: the pages of a result beside the findings. */

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  look_title: "页面预览",
  look_unavailable: "服务器未安装 LibreOffice，无法显示页面图片，也不能生成 PDF；填写的内容请看下方的语句对照。",
  look_side: "显示内容",
  look_result: "结果",
  look_template: "模板",
  look_busy: "正在生成页面……",
  look_more_busy: "正在生成更多页面……",
  look_ready: ({ n }) => `已显示，共 ${n} 页。`,
  look_page: "第 {page} 页，共 {total} 页",
  look_page_alt: "{what}，第 {page} 页，共 {total} 页",
  look_page_alt_marks: "{what}，第 {page} 页，共 {total} 页；本页的格式问题列在页面旁边",
  look_more: "显示第 {first} 至 {last} 页",
  look_substituted: ({ names }) => `服务器上没有以下字体，图片中用其他字体代替：${names}。Word 文件中的字体不变。`,
  look_by_office: "页面由 LibreOffice 生成；在 Word 中，换行和分页可能略有不同。",
  look_findings: "格式",
  look_remarks: "{n} 条意见",
  look_is: "现为：",
  look_should_be: "应为：",
  look_place: "{place} · 第 {page} 页",
  look_show_place: "{name}，{place}：在第 {page} 页上标出",
  look_more_places: ({ n }) => `另有 ${n} 处`,
  look_marked: "已在第 {page} 页上标出。",
};
