/** 中文：首屏。 */

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  page_title: "DocOps：填写并检查 Word 文档",
  tagline: "填写、检查、看懂一份文档",
  skip: "跳到正文",
  footer: "DocOps {version}。文件只留在本页，仅在您操作时发送到服务器。",
  language_label: "语言",
  theme_label: "浅色或深色",
  theme_auto: "跟随系统",
  theme_light: "浅色",
  theme_dark: "深色",

  connection_none: "未连接",
  connection_bad: "未连接",
  connection_good: "已连接 · DocOps {version} · {n} 种文档类型",
  meta_loading: "正在向服务器询问支持的功能……",
  load_meta: "加载 Meta",
  api_base_label: "API 地址",
  api_base_hint: "服务与本页同在一台服务器时留空。",
  api_base_wrong: "这不是有效的地址，写法如 https://docops.office.example",
  api_user_label: "用户名",
  api_password_label: "密码",
  api_user_hint: "仅用于另一台要求登录的服务器；只保存在本页，离开即清除。",

  step_template_title: "模板",
  step_template_hint: "带有【MEETING_TITLE】这类占位符的 Word 文件。",
  template_choose: "选择文件",
  template_drop: "把 .docx 文件拖到本页任意位置，或",
  starters_title: "还没有模板？从现成的开始",
  starters_hint: "每份都含有该文档类型的全部字段。可在 Word 中随意修改，再到这里选择。",
  downloaded: "已开始下载。",

  step_content_title: "内容",
  step_content_hint: "填入各字段的内容。表单与 JSON 是同一份任务。",

  step_run_title: "检查与生成",
  step_run_hint: "“预检”说明结果会怎样，“生成”才制作文档。",
  step_later: "选择模板后展开。",
  start_without_template: "不用模板，直接开始",
  part_failed: "页面的一部分未能加载，请检查网络后重试。",
};
