/** 中文：JSON 视图。 */

/** @type {Record<string, import("./i18n.js").Message>} */
export const messages = {
  json_label: "JSON 形式的任务",
  json_line: "第 {line} 行第 {column} 列",
  json_no_task: '任务的形式是 {"task_type": …, "payload": {…}}。',
  json_empty: "这里还没有内容。",
  json_unfinished: "文本提前结束：有括号或引号没有闭合。",
  json_after_end: "任务在“{found}”之前已经结束，后面不能再有内容。",
  json_too_deep: "嵌套过深。",
  json_value_expected: '此处应为一个值，而不是“{found}”："…" 中的文本、[…] 列表、true、false 或 null。',
  json_key_expected: '此处应为 "…" 中的键，而不是“{found}”。',
  json_key_twice: "键“{found}”出现了两次。",
  json_colon_expected: "键之后应为冒号“:”，而不是“{found}”。",
  json_comma_or_brace: "“{found}”之前应有逗号，或以 } 结束。",
  json_comma_or_bracket: "“{found}”之前应有逗号，或以 ] 结束。",
  json_comma_too_many: "多了一个逗号：后面没有内容。",
  json_text_unfinished: "此文本没有右引号。",
  json_line_break_in_text: "文本不能跨行，换行请写作 \\n。",
  json_control_in_text: "文本中有控制字符，制表符请写作 \\t。",
  json_bad_escape: "反斜杠不能写在“{found}”之前；反斜杠本身写作 \\\\。",
  json_full_width: "“{found}”是全角或弯引号字符，JSON 需要半角的“{plain}”。",
};
