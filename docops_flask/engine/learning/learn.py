"""Learns one policy from several documents.

A rule is written where every document keeps it, so each of them passes the policy, and so does a document
that passes what each suggests by itself: no rule asks for more than these do.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from docops_flask.engine.bilingual import Bilingual, Language
from docops_flask.engine.checks.report import Deviation
from docops_flask.engine.files import FilePath
from docops_flask.engine.job import Job
from docops_flask.engine.learning.candidates import candidate_rules, folded, font_sets
from docops_flask.engine.learning.flat_rules import KEYS, SWITCHES, policy_of, written
from docops_flask.engine.learning.learnt import (
    Differing,
    DocumentFound,
    Learnt,
    LearntDeviation,
    OtherValue,
    RuleFound,
)
from docops_flask.engine.learning.policy_text import policy_text
from docops_flask.engine.learning.read_document import DocumentStyle, Source

_TITLE = Bilingual("Learnt from {} documents", "由{}份文件归纳")
_TITLE_OF_ONE = Bilingual("Learnt from one document", "由一份文件归纳")


def learn(job: Job, folder: FilePath) -> Learnt:
    """Return the policy that the documents of ``job``, files in ``folder``, have in common.

    Each is read four times at most, one after the other. Raises ``DocopsError`` subclasses for a document
    that cannot be used; their messages begin with its name.
    """
    import gc

    # A renderer leaves garbage alone, which is right for one document and not for many.
    gc.enable()
    order = job.learning
    sources = [Source(given, folder, job.limits) for given in order.documents]
    styles = [source.style(order.against) for source in sources]
    suggested = [style.rules for style in styles]
    rules = candidate_rules(suggested, font_sets(order.against))
    count = len(sources)
    title = _TITLE_OF_ONE if count == 1 else _TITLE.format(count)
    kept, broken_by = _kept_by_all(rules, sources, title)
    for key in SWITCHES:
        without = {number for number, own in enumerate(suggested) if key not in own}
        if 0 < len(without) < count:
            rules[key], broken_by[key] = True, without
    found = [
        _rule_found(key, suggested, rules[key], broken_by[key], is_written=key in kept)
        for key in KEYS
        if key in rules
    ]
    language = job.options.lang or _language(styles)
    names = [source.name for source in sources]
    return Learnt(
        policy=policy_text(policy_of(kept, title), found, names, language),
        language=language,
        rules=tuple(found),
        documents=tuple(_documents(names, styles, found, broken_by)),
        against=None if order.against is None else order.against.name,
        deviations=_deviations(styles),
    )


def _kept_by_all(
    rules: Mapping[str, Any], sources: Sequence[Source], title: Bilingual
) -> tuple[dict[str, Any], dict[str, set[int]]]:
    """Return the ``rules`` that every document keeps, and for each rule the numbers of those that do not."""
    kept = dict(rules)
    broken_by: dict[str, set[int]] = {key: set() for key in rules}
    while True:
        policy = policy_of(kept, title)
        found = [source.broken_rules(policy) & kept.keys() for source in sources]
        for number, keys in enumerate(found):
            for key in keys:
                broken_by[key].add(number)
        if not any(found):
            return kept, broken_by
        # Without a role's rule that for the whole document counts there: one that was kept may be broken now.
        kept = {key: value for key, value in kept.items() if not broken_by[key]}


def _rule_found(
    key: str, suggested: Sequence[Mapping[str, Any]], value: Any, broken_by: set[int], *, is_written: bool
) -> RuleFound:
    about = {number for number, rules in enumerate(suggested) if key in rules} | broken_by
    has = [suggested[number].get(key) for number in sorted(broken_by)]
    counts = Counter(map(folded, has))
    shown = {folded(each): _shown(key, each) for each in reversed(has)}
    part, *inner, name = key.split(".") if "." in key else ("", key)
    return RuleFound(
        key=key,
        role=inner[0] if part == "roles" else None,
        rule=name,
        value=written(key, value),
        written=is_written,
        agree=len(about - broken_by),
        of=len(about),
        others=tuple([OtherValue(shown[each], count) for each, count in counts.most_common()]),
    )


def _shown(key: str, value: Any) -> Any:
    """Return what a document has that does not keep the rule ``key``; ``None`` for no one value."""
    if value is not None:
        return written(key, value)
    # What is on or off is off there.
    return False if key in SWITCHES or key.startswith("text.") else None


def _documents(
    names: Sequence[str],
    styles: Sequence[DocumentStyle],
    found: Sequence[RuleFound],
    broken_by: Mapping[str, set[int]],
) -> list[DocumentFound]:
    documents = []
    for number, (name, style) in enumerate(zip(names, styles, strict=True)):
        keys = [rule.key for rule in found if number in broken_by[rule.key]]
        differs = tuple([Differing(key, _shown(key, style.rules.get(key))) for key in keys])
        documents.append(DocumentFound(name, differs, tuple([each.key for each in style.deviations])))
    return documents


def _deviations(styles: Sequence[DocumentStyle]) -> tuple[LearntDeviation, ...]:
    """Return each rule of the named policy that a document breaks, those that most of them break first."""
    by_key: dict[str, list[Deviation]] = {}
    for style in styles:
        for each in style.deviations:
            by_key.setdefault(each.key, []).append(each)
    merged = []
    for key, all_of_it in by_key.items():
        values = {each.found for each in all_of_it}
        merged.append(
            LearntDeviation(
                key=key,
                expected=_rounded(all_of_it[0].expected),
                found=_rounded(values.pop()) if len(values) == 1 else None,
                severity="error" if any(each.severity == "error" for each in all_of_it) else "warn",
                rule_source=all_of_it[0].rule_source,
                documents=len(all_of_it),
            )
        )
    return tuple(sorted(merged, key=lambda each: -each.documents))


def _rounded(value: Any) -> Any:
    return round(value, 2) if isinstance(value, float) else value


def _language(styles: Sequence[DocumentStyle]) -> Language:
    """Return the language that most of the documents are in; of several that of the first document."""
    ((most, _),) = Counter(style.language for style in styles).most_common(1)
    return most
