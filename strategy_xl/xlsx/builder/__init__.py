"""The parts of ``strategy_xl.xlsx.build``: where things go, how they look, one writer a kind of block."""
