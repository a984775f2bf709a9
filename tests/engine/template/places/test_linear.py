"""The work outside paragraphs is linear in anything that a template repeats; counted in lines run."""

from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest

from tests.engine.counted_steps import steps_of
from tests.engine.integrity.finished_job import finish
from tests.engine.template.places.packages import (
    bound_control,
    cache,
    chart,
    custom_data,
    package,
    picture,
    relationship,
    relationships,
    title,
)
from tests.factories import p

MOST_GROWTH = 2.2
THINGS: dict[str, Callable[[int], bytes]] = {
    "placeholders in one text": lambda count: chart(cache("【TITLE】 a &amp; " * count)),
    "texts": lambda count: chart(cache(*["【TITLE】"] * count)),
    "runs of one paragraph": lambda count: chart(title(*["【TI", "TLE】"] * count)),
    "placeholders in one attribute": lambda count: package(picture(f'descr="{"【TITLE】&lt;" * count}"')),
    "pictures": lambda count: package(picture('descr="【TITLE】"') * count),
    "brackets in paragraphs": lambda count: package(p("【注意】") * count + picture('descr="【TITLE】"')),
    "targets": lambda count: package(
        relationships="".join(
            relationship(number, "hyperlink", "https://x/【TITLE】", external=True) for number in range(count)
        )
    ),
    "bound controls": lambda count: custom_data(
        "".join(bound_control("【TITLE】", f"/n:root[1]/n:name[{number + 1}]") for number in range(count)),
        f'<root xmlns="urn:x">{"<name/>" * count}</root>',
    ),
    "bound controls of one text": lambda count: custom_data(
        bound_control("【TITLE】") * count, f'<root xmlns="urn:x"><name>{"【注意】" * count}</name></root>'
    ),
    "bound controls on a path without positions": lambda count: custom_data(
        "".join(bound_control("【TITLE】", f"/n:root/n:name/n:a{number}") for number in range(count)),
        '<root xmlns="urn:x"><name>'
        + "".join(f"<a{number}/>" for number in range(count))
        + f"</name>{'<name/>' * count}</root>",
    ),
    "attributes of a relationship": lambda count: package(
        parts={
            "word/charts/_rels/chart1.xml.rels": relationships(
                "<Relationship "
                + " ".join(f'x{number}="【TITLE】"' for number in range(count))
                + ' Id="r" Type="t" Target="【TITLE】"/>'
            )
        }
    ),
}


@pytest.mark.parametrize("thing", THINGS)
@pytest.mark.parametrize("value", ["value", "one\ntwo"])
def test_twice_as_many_take_twice_the_work(tmp_path: Path, thing: str, value: str) -> None:
    if thing == "targets":
        value = "value"
    templates = [THINGS[thing](count) for count in (60, 120)]
    steps = [steps_of(partial(finish, tmp_path, template, {"TITLE": value})) for template in templates]
    assert steps[1] < steps[0] * MOST_GROWTH, steps
