/** Chinese: the gallery of approved templates. */

/** @type {Record<string, import("../core/i18n.js").Message>} */
export const messages = {
  gallery_title: "已审定的模板",
  gallery_hint: "请选择要写的文件。",
  gallery_hint_own: "请选择要写的文件，或在下方选择自己的 Word 文件。",
  gallery_search: "搜索",
  gallery_found: ({ n }) => `找到 ${n} 个模板。`,
  gallery_none: "没有包含这些字词的模板。",
  gallery_empty: "本页面只使用已审定的模板，但服务器上没有模板，请联系管理员。",
};
