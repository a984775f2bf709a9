"""Why a foreign tag is left or is to be checked, and what to do, for people (docs/convert.md)."""

from collections.abc import Mapping

from docops_flask.engine.bilingual import Bilingual

# {name} is a name that is proposed.
REASONS: Mapping[str, Bilingual] = {
    "function": Bilingual(
        en="a value is computed there: compute it in the program that makes the task, give it as {name} and "
        "write 【{name}】",
        zh="此处计算一个值：请由生成任务的程序算好，以 {name} 给出，并写【{name}】",
    ),
    "filter": Bilingual(
        en="a filter is used that equals no format of ours: give the finished text as {name} and write "
        "【{name}】, or use a format of docs/templates.md",
        zh="所用的过滤器没有对应的格式：请以 {name} 给出处理好的文字并写【{name}】，或改用 "
        "docs/templates.zh.md 中的格式",
    ),
    "condition": Bilingual(
        en="the condition is more than a comparison with fixed values: give true or false as {name} "
        "and write "
        "【?{name}】 … 【/{name}】",
        zh="条件不只是与固定值比较：请以 {name} 给出 true 或 false，并写【?{name}】……【/{name}】",
    ),
    "joined": Bilingual(
        en="it joins conditions by and or or, and ours has neither: give true or false as {name} and write "
        "【?{name}】 … 【/{name}】, or put one condition into the other and write what both cases have twice",
        zh="此处以 and 或 or 连接条件，本系统没有这样的写法：请以 {name} 给出 true 或 false，并写"
        "【?{name}】……【/{name}】；或把一个条件写进另一个条件里，两种情形下都有的内容各写一遍",
    ),
    "loop": Bilingual(
        en="the loop is over something other than a list of the data: give the list as {name} and write "
        "【#{name}】 … 【/{name}】",
        zh="循环的对象不是数据中的列表：请以 {name} 给出列表，并写【#{name}】……【/{name}】",
    ),
    "nested_list": Bilingual(
        en="the items of the list are lists themselves: make them objects with a name for the inner list",
        zh="列表的各项本身又是列表：请改为对象，并给内层列表取名",
    ),
    "outer_item": Bilingual(
        en="the item of a list around is a text and has no name: make it an object with a name",
        zh="此处要取外层列表的项，而该项是没有名称的文字：请改为带名称的对象",
    ),
    "no_next": Bilingual(
        en="there is no tag of the next item ([i+1]) behind it, which ends the list: add one in a row or "
        "paragraph of its own",
        zh="其后没有表示下一项（[i+1]）的标签来结束列表：请在单独的行或段落中补上",
    ),
    "delimiters": Bilingual(
        en="the tags behind it stand between other signs: convert the result once more with "
        "--delimiters '{name}', then take this tag out",
        zh="其后的标签使用其他分隔符：请对结果再用 --delimiters '{name}' 转换一次，然后删去此标签",
    ),
    "no_item": Bilingual(
        en="it asks for the item itself, or its number, where there is no list or in a condition or picture: "
        "make the items objects and use a name",
        zh="此处要取列表的项本身或其序号，但不在列表中，或用于条件、图片：请把各项改为对象并使用名称",
    ),
    "of_copy": Bilingual(
        en="it asks whether a copy is the first, the last, an even one or what its index is, and ours has no "
        "value for that: give it in the items as {name}, or write 【?FIRST】 or 【?LAST】 … 【/】",
        zh="此处取某一项是否首项、末项、偶数项或其序号，本系统没有对应的值：请在各项数据中以 {name} 给出，"
        "或写【?首项】、【?末项】……【/】",
    ),
    "counts_from_0": Bilingual(
        en="it counts from 0 and ours counts from 1: write 【#】 if 1 is right",
        zh="此序号从 0 起，本系统从 1 起：若从 1 起也可以，请写【#】",
    ),
    "columns": Bilingual(
        en="it repeats columns, or several rows or columns for each item, in a way that cannot be rewritten "
        "by itself: write 【#{name} COLUMN】 or 【#{name}】 … 【/{name}】 into the cells as "
        "docs/templates.md says",
        zh="此处重复若干列，或每项重复若干行、列，无法自动改写：请按 docs/templates.zh.md 在单元格中写"
        "【#{name} 列】或【#{name}】……【/{name}】",
    ),
    "cells": Bilingual(
        en="it merges or colours cells: merge or colour them in the template",
        zh="此处合并单元格或设置底色：请在模板中直接设置",
    ),
    "joins": Bilingual(
        en="{%- or -%} takes more than blanks there: text, tabs or the border of a paragraph; write what is "
        "to stay and its tags into one paragraph, without the hyphens",
        zh="此处的 {%- 或 -%} 去掉的不只是空格，还有文字、制表符或段落界线：请把要保留的文字与标签写在"
        "同一段，并去掉连字符",
    ),
    "beside": Bilingual(
        en="the other tool drops what stands beside the tag in its paragraph or row: give the tag a "
        "paragraph "
        "or row of its own",
        zh="原工具会丢弃该段或该行中标签以外的内容：请让标签单独成段或成行",
    ),
    "apart": Bilingual(
        en="its tags stand in different cells or places: put them into one paragraph, one cell, or rows of "
        "one table",
        zh="成对的标签不在同一单元格或同一处：请放在同一段、同一单元格，或同一表格的行中",
    ),
    "unopened": Bilingual(
        en="there is no start tag for it: add one, or take it out", zh="没有对应的开始标签：请补上，或删去"
    ),
    "unclosed": Bilingual(
        en="there is no end tag for it in the same text: add one", zh="同一处文字中没有对应的结束标签：请补上"
    ),
    "of_block": Bilingual(
        en="it belongs to a block or list that is left: rewrite both together",
        zh="它属于未转换的块或列表：请与其一起改写",
    ),
    "unclosed_tag": Bilingual(
        en="a tag begins or ends here and is not whole in its paragraph: write it into one paragraph",
        zh="标签在此开始或结束，但在本段中不完整：请写在同一段",
    ),
    "marks_inside": Bilingual(
        en="a tab or a line break stands inside the tag: take it out",
        zh="标签中含有制表符或换行：请删去",
    ),
    "too_deep": Bilingual(
        en="it lies in too many blocks: at most 8 can lie in one another",
        zh="嵌套过深：块最多嵌套 8 层",
    ),
    "statement": Bilingual(
        en="it is a statement of the other tool: do its work in the program that makes the task",
        zh="这是原工具的语句：请在生成任务的程序中完成",
    ),
    "set_there": Bilingual(
        en="the template itself sets this value: give it in the task, and take the statement out",
        zh="该值由模板自身设定：请在任务中给出，并删去该语句",
    ),
    "subdocument": Bilingual(
        en="another document is put there, which the other tool may fill first: for a finished .docx write "
        "【+{name}】 into a paragraph of its own and send the file; else write its text into the template",
        zh="此处插入另一文档，原工具可能先填写该文档：若为已完成的 .docx，请单独一段写【+{name}】"
        "并随任务发送该文件；否则请把其内容写入模板",
    ),
    "made_by_program": Bilingual(
        en="the program of the other tool makes something there (a table, a chart): draw it in the template, "
        "with rows between 【#{name}】 and 【/{name}】",
        zh="此处由原工具的程序生成内容（如表格、图表）：请在模板中画出，"
        "重复的行写在【#{name}】与【/{name}】之间",
    ),
    "raw": Bilingual(
        en="raw XML is put there: values are text here; write the markup into the template",
        zh="此处插入原始 XML：本系统的值只是文字，请把格式写在模板中",
    ),
    "remark": Bilingual(
        en="this remark goes with its row or cell, or holds brackets: take it out",
        zh="该注释连同其行或单元格一起删除，或含有括号：请删去",
    ),
    "name": Bilingual(
        en="it makes no tag of ours: it is too long, or a sign in it has another meaning",
        zh="无法写成本系统的标签：过长，或其中符号另有含义",
    ),
    "place": Bilingual(
        en="tags of blocks are not read at this place: write it by hand, a field such as 【NAME】 "
        "if the page "
        "docs/templates.md allows one there",
        zh="此处不读取标签：请手工改写；若 docs/templates.zh.md 允许，可写【NAME】一类的字段",
    ),
    "merge_only": Bilingual(
        en="Word's mail merge alone works this field out: take it out, or write a field such as 【NAME】 in "
        "its place; docs/batch.md says how a document is made for each row of a list",
        zh="该域只有 Word 的邮件合并才能算出：请删去，或在其处写【名称】一类的字段；为名单的每一行各生成一份"
        "文档见 docs/batch.md",
    ),
    "field_markup": Bilingual(
        en="the merge field lies in another field, is not whole in its paragraph or shows no text: write "
        "【{name}】 in its place",
        zh="该合并域嵌在另一域中、在本段中不完整或没有显示文字：请在其处写【{name}】",
    ),
    "unsound": Bilingual(
        en="rewritten it would be a faulty tag of ours ({name}): move the tag as docs/templates.md says",
        zh="改写后会成为有误的标签（{name}）：请按 docs/templates.zh.md 调整位置",
    ),
}
DOUBTS: Mapping[str, Bilingual] = {
    "read_as_list": Bilingual(
        en="read as a list; if it is a condition write 【?NAME】, if it is one object put [ ] "
        "around it in the "
        "task",
        zh="按列表处理；若为条件请写【?名称】，若为单个对象请在任务中加 [ ]",
    ),
    "read_as_condition": Bilingual(
        en="read as a condition; if it is a list write 【#NAME】",
        zh="按条件处理；若为列表请写【#名称】",
    ),
    "outer_name": Bilingual(
        en="the name also stands outside the list; it is looked up in the item; if that of the document is "
        "meant write 【DOC.NAME】",
        zh="该名称在列表外也有；此处按列表项取值，若指全文的值请写【全文.名称】",
    ),
    "default_for_blanks": Bilingual(
        en="the other tool takes the default only where nothing is given, ours for blanks too",
        zh="原工具只在未给值时取默认文字，本系统在值为空白时也取",
    ),
    "stands_once": Bilingual(
        en="the other tool repeats the paragraphs between those of the tags alone; here the text beside a "
        "tag is repeated too: give the tag a paragraph of its own if it is to stand once",
        zh="原工具只重复两个标签所在段之间的段落；本系统也重复标签旁的文字：若只应出现一次，请让标签单独成段",
    ),
    "joins_around": Bilingual(
        en="in the other tool the text before the block and that behind it are one paragraph where the block "
        "is left out; here each stays a paragraph",
        zh="块不出现时，原工具把块前与块后的文字连成一段；本系统各自成段",
    ),
    "rich_text": Bilingual(
        en="the value was rich text: give plain text; it looks as the tag does",
        zh="原值为富文本：请给普通文字，格式与标签相同",
    ),
    "numbering": Bilingual(
        en="the list is given as texts, one a line; its numbers are those of the paragraph in the template",
        zh="列表以文字给出，每项一行；编号取自模板的段落",
    ),
    "centred": Bilingual(
        en="the picture was centred: centre the paragraph in the template",
        zh="原图片居中：请在模板中把段落设为居中",
    ),
    "runs_on": Bilingual(
        en="in the other tool the last paragraph of an item and the first of the next are one; here each is "
        "a paragraph",
        zh="原工具会把一项的末段与下一项的首段连成一段；本系统各自成段",
    ),
    "brackets": Bilingual(
        en="this is text in the template, and here it is a tag that is filled or taken out; if it is to stay "
        "text put other brackets around it, such as 〔 〕",
        zh="模板中的这处文字在本系统中是标签，会被填写或去掉；若应保留为文字，请改用其他括号，如〔 〕",
    ),
}
NOTES: Mapping[str, Bilingual] = {
    "conditions": Bilingual(
        en="in conditions 0 is a value here and blanks are none, and a number equals a text of the same "
        "digits: give true or false where the other tool has it otherwise",
        zh="在条件中，0 算有值，空白算无值，数字与相同数字的文字相等：若与原工具不同，请给出 true 或 false",
    ),
}
