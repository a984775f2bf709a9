"""The wording of a starter template, completed: from the labels where a skill brings none of its own."""

from dataclasses import dataclass

from docops_flask.engine.skills.skill import Skill
from docops_flask.engine.skills.wording import Wording


@dataclass(frozen=True, slots=True)
class _Phrases:
    """What stands where neither skill nor author says anything: texts, and prompts for the author."""

    organ: str
    date: str
    recipient: str
    body: str


_PHRASES: dict[str, _Phrases] = {
    "zh": _Phrases(
        organ="（单位名称）", date="××××年×月×日", recipient="各有关单位：", body="现将有关事项通知如下。"
    ),
    "en": _Phrases(
        organ="[Name of the organisation]",
        date="[Date]",
        recipient="Dear colleagues,",
        body="The details are given below.",
    ),
}


def complete_wording(skill: Skill, language: str, organ: str | None, date: str | None) -> Wording:
    """Return a wording that leaves nothing open and holds every field of ``skill`` at least once.

    ``organ`` and ``date`` go where the skill's wording leaves letterhead, signature and date open; ``None``
    puts a prompt there. Fields that the wording does not mention become rows of its table.
    """
    phrases = _PHRASES[language]
    wording = skill.wording(language) or _from_labels(skill, language)
    organ, date = organ or phrases.organ, date or phrases.date
    text = "".join(wording.texts())
    unmentioned = tuple(
        (field.label.text(language), f"【{name}】")
        for name, field in skill.placeholders().items()
        if f"【{name}】" not in text
    )
    return wording._replace(
        letterhead=wording.letterhead or organ,
        table=wording.table + unmentioned,
        signature=wording.signature or organ,
        date=wording.date or date,
    )


def _from_labels(skill: Skill, language: str) -> Wording:
    phrases = _PHRASES[language]
    return Wording(title=skill.title.text(language), recipient=phrases.recipient, body=(phrases.body,))
