"""The quarterly sweep (一季一更新): who is asked what, the returns that go up, the canvass, and books that close."""
