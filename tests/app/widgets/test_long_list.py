"""A list of rows that are widgets shows the first of them, and the others when asked for."""

from __future__ import annotations

from app.widgets.controls import label
from app.widgets.long_list import SHOWN, LongList


class Numbers(LongList[int]):
    def make_row(self, item):
        return label(f"{item}")

    def keeps(self, item):
        return item == SHOWN + 3


def test_old_items_come_when_they_are_asked_for_and_some_are_always_there(qtbot):
    numbers = Numbers("Nothing yet.")
    qtbot.addWidget(numbers)
    numbers.show()
    assert numbers.show_items([]) == [] and numbers._empty.isVisible()
    shown = numbers.show_items(list(range(SHOWN + 5)))
    assert shown == [*range(SHOWN), SHOWN + 3]
    assert numbers._more.text() == "Show 4 older"
    numbers._more.click()
    assert numbers._lines.count() == SHOWN + 5 and numbers._more.isHidden()
