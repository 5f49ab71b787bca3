"""How a report looks as a page: on screens of any width, light and dark, and on paper."""

STYLE = """
:root { color-scheme: light dark; --ink: #1b1f24; --faint: #5c6570; --line: #d5dae0; --page: #fff; --soft: #f4f6f8;
  --pass: #1a5c9e; --fail: #b83200; --inconclusive: #5a5a5a; --ground: #fff; }
@media (prefers-color-scheme: dark) { :root { --ink: #e4e7eb; --faint: #9aa4b0; --line: #383f48; --page: #15181c;
  --soft: #1e2329; --pass: #7db8ec; --fail: #ff8a50; --inconclusive: #b5b5b5; --ground: #15181c; } }
@media print { :root { color-scheme: light; --ink: #000; --faint: #444; --line: #bbb; --page: #fff; --soft: #fff;
  --pass: #1a5c9e; --fail: #b83200; --inconclusive: #5a5a5a; --ground: #fff; }
  figure, footer, tr, .finding { break-inside: avoid; } h2 { break-after: avoid; }
  main .scroll { overflow: visible; } table td, table th { padding: 0.2rem 0.3rem; font-size: 0.75rem; }
  main td.free { min-width: 0; } }
* { box-sizing: border-box; print-color-adjust: exact; -webkit-print-color-adjust: exact; }
body { margin: 0; background: var(--page); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 58rem; margin: 0 auto; padding: 1.5rem 1rem 3rem; overflow-wrap: anywhere; }
h1 { font-size: 1.3rem; line-height: 1.3; margin: 0.2rem 0; }
h2 { font-size: 1rem; margin: 2rem 0 0.5rem; }
p { margin: 0.4rem 0; max-width: 46rem; }
code, pre, td.number { font-family: ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; font-size: 0.85rem; }
pre { white-space: pre-wrap; background: var(--soft); padding: 0.6rem; }
header { border-left: 0.5rem solid; padding: 0.2rem 0 0.2rem 1rem; }
header > * { color: var(--ink); }
.verdict { font-size: 1.5rem; font-weight: 700; line-height: 1.2; letter-spacing: 0.02em; }
.pass, .pass .verdict { color: var(--pass); } .fail, .fail .verdict { color: var(--fail); }
.inconclusive, .inconclusive .verdict { color: var(--inconclusive); }
.none { color: var(--faint); font-weight: normal; }
.faint, figcaption, footer { color: var(--faint); font-size: 0.875rem; }
.finding { border-left: 2px solid var(--fail); padding-left: 0.8rem; margin: 0.8rem 0; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.3rem 1.2rem; margin: 0.5rem 0; }
dt { color: var(--faint); } dd { margin: 0; } dd b { margin-right: 1rem; white-space: nowrap; }
.scroll { overflow-x: auto; } .whole { white-space: nowrap; }
table { border-collapse: collapse; font-size: 0.875rem; width: 100%; overflow-wrap: normal; }
th, td { padding: 0.3rem 0.6rem; border-bottom: 1px solid var(--line); text-align: left; white-space: nowrap; }
th { font-weight: 600; color: var(--faint); } .number { text-align: right; }
td.free { white-space: normal; min-width: 12rem; }
figure { margin: 0.5rem 0; }
svg { display: block; width: 100%; height: auto; }
svg text { font: 11px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: var(--faint); }
svg .ground { fill: var(--ground); stroke: var(--line); } svg .mark { pointer-events: none; fill: #000; }
svg .light { fill: #fff; } svg .ring { fill: transparent; stroke: var(--ink); stroke-width: 1.5; }
.scale { display: flex; flex-wrap: wrap; gap: 0.4rem 1rem; margin: 0.8rem 0; }
.scale b { font-size: 0.75rem; } .scale div div { display: flex; flex-wrap: wrap; gap: 2px; }
.scale span { display: block; min-width: 3.9rem; padding-right: 0.3rem; font-size: 0.75rem; line-height: 1.35;
  color: var(--faint); }
.scale i { display: block; height: 0.9rem; margin-right: -0.3rem; border: 1px solid var(--line); }
@media (max-width: 34rem) { dl { grid-template-columns: 1fr; gap: 0; } dd { margin-bottom: 0.5rem; } }
"""
