/** Chinese: the first view. */

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  page_title: "DocOps：填写并检查 Word 文档",
  tagline: "填写 Word 模板并检查结果",
  skip: "跳到正文",
  footer: "DocOps {version}。文件仅为检查和填写而发送到服务器，服务器和浏览器均不保留。填写的内容保存在本浏览器中，可随时删除。",
  footer_no_drafts: "DocOps {version}。文件仅为检查和填写而发送到服务器，文件和填写的内容均不保留。",
  language_label: "语言",
  theme_label: "外观",
  theme_auto: "跟随系统",
  theme_light: "浅色",
  theme_dark: "深色",

  connection_none: "未连接",
  connection_bad: "未连接",
  connection_good: "已连接 · DocOps {version} · {n} 种文档类型",
  meta_loading: "正在连接服务器……",
  load_meta: "连接",
  api_base_label: "API 地址",
  api_base_hint: "留空则使用本页所在的服务器。",
  api_base_wrong: "地址无效，示例：https://docops.office.example",
  api_user_label: "用户名",
  api_password_label: "密码",
  api_user_hint: "仅在连接其他要求登录的服务器时填写，离开本页即清除。",

  step_template_title: "模板",
  step_template_hint: "用括号标出待填处的 Word 文件，如【甲方】。",
  template_choose: "选择文件",
  template_again: "“{title}”的草稿已恢复。请重新选择该文件以生成文档：",
  template_drop: "把 .docx 文件拖到本页任意位置，或",
  starters_title: "还没有模板？可下载一份作为起点",
  starters_hint: "每份模板包含该文档类型的全部字段。在 Word 中修改后，在此选择。",
  starter_organ: "版头的单位名称（可不填）",
  starter_date: "落款日期（可不填）",
  downloaded: "已开始下载。",

  step_content_title: "填写",
  step_content_hint: "填入文档的内容。没有填写的，在文档中保留括号。",

  step_run_title: "生成",
  step_run_hint: "一键生成文档，并同时检查。",
  start_without_template: "不用模板，直接开始",
  developer: "开发者选项",
  developer_hint: "显示 JSON、curl、全部选项、服务器地址和请求编号。",
  part_failed: "页面的一部分未能加载。请检查网络后重试。",
};
