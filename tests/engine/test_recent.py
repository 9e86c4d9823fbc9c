from mir.recent import Recent


def test_an_answer_is_worked_out_once_while_it_is_kept() -> None:
    recent: Recent[str, int] = Recent(2)
    made: list[str] = []

    def ask(key: str) -> int:
        return recent.get(key, lambda: made.append(key) or len(made))

    assert [ask("a"), ask("a"), ask("b"), ask("a")] == [1, 1, 2, 1]
    ask("c")  # "b" was asked for longest ago and goes
    assert ask("a") == 1
    assert ask("b") == 4
    assert made == ["a", "b", "c", "b"]
