"""Whether a line names the recipients of a letter (主送机关), by its wording.

Compiled when first needed: most renderers never look for roles.
"""

import re

_ENDS = "。，,；;、"
_SENTENCE_SIGNS = "[。：:！!？?{}【】]"
_LONGEST = 400
_LONGEST_NAME = 40
# What the names of organs, their parts and groups of people that are written to end with.
_NAMED = (
    "政府|委员会|委|办公厅|办公室|机关|部门|单位|机构|企业|公司|集团|中心|法院|检察院|学院|学校|大学|中学|小学|幼儿园"
    "|研究院|研究所|医院|国务院|党组|党委|总支|支部|支队|大队|社区|街道|办事处|居委会|村委会|工会|协会|商会|学会|联合会|总会"
    "|基金会|常委会|开发区|管委会|银行|分行|支行|镇|乡|村|县|市|区|省|厅|局|办|部|处|科|室|所|站|署|同志|同事|员工|职工|教师|老师|同学"
    "|先生|女士"
)
# Labels end like names: 主办单位, 责任部门.
_LABELS = (
    "参会|参加|参训|主办|承办|协办|主管|责任|牵头|配合|报送|填报|编制|发布|申请|申报|检查|被检|受检|建设|施工|监理|设计|使用|采购|招标|投标"
    "|制表|联系|来文|发文|收文|印发|主送|抄送|所在|工作|推荐|用人|培训"
)
_NAME = (
    # No sentence about organs: 现将各单位任务分解如下.
    rf"(?:(?:(?![现将请由经为按向在对])[\u4e00-\u9fff]){{0,6}}各|全体)[^的将于如]*"
    rf"|(?!(?:{_LABELS})(?:单位|部门|机关|机构|中心))[\u4e00-\u9fff“”A-Za-z0-9]*(?:{_NAMED})"
)
_IN_BRACKETS = "[（(][^（）()]*[）)]"
_BETWEEN = "[、，,；;\n]"


def names_recipients(text: str) -> bool:
    """Say whether ``text``, without blanks around it, is a list of organs or groups of people and no more.

    A colon or other mark at its end is no part of it.
    """
    if len(text) > _LONGEST:
        return False
    names = text.rstrip("：:").rstrip(_ENDS)
    if not names or re.search(_SENTENCE_SIGNS, names):
        return False
    plain = re.sub(_IN_BRACKETS, "", names)
    given = [each.strip() for each in re.split(_BETWEEN, plain)]
    return all(0 < len(each) <= _LONGEST_NAME and re.fullmatch(_NAME, each) for each in given)
