"""What every page looks like: its head and its style sheet."""

HEAD = """
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta http-equiv="Content-Security-Policy"
  content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>Verification report</title>
"""

# Colours and faces, in light and dark.
PALETTE = """
:root {
  --paper: #fff; --ink: #1b1e22; --soft: #59616a; --rule: #d9dde2; --shade: #f5f6f8;
  --good: #17703d; --bad: #b3261e; --idle: #7d5200; --link: #1f5fa8;
  --right: #dcefe2; --close: #fbe7c3; --wrong: #f8c9c4; --absent: #ddd9f3; --surplus: #cbe2f7;
  --sans: system-ui, "Segoe UI", Roboto, "Helvetica Neue", "Noto Sans", "Liberation Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "Liberation Mono", monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #14171a; --ink: #e3e6e9; --soft: #a1a9b1; --rule: #343a41; --shade: #1c2024;
    --good: #74cb97; --bad: #ff9388; --idle: #e2b564; --link: #8dbcf2;
    --right: #1d3427; --close: #4b3a17; --wrong: #662a24; --absent: #3a3363; --surplus: #1c4265;
  }
}
"""

# What the panels of a map are drawn with, on a page or alone.
MAPS = """
.maps text { fill: var(--ink); font: 11px var(--sans); dominant-baseline: central; }
.maps .right { fill: var(--right); } .maps .close { fill: var(--close); } .maps .wrong { fill: var(--wrong); }
.maps .absent { fill: var(--absent); } .maps .surplus { fill: var(--surplus); }
.maps .none { fill: var(--rule); }
.maps .frame { fill: none; stroke: var(--rule); } .maps .line { stroke: var(--soft); stroke-dasharray: 3 3; }
.maps .fits { fill: none; stroke: var(--good); stroke-width: 1.2; }
.maps .misses { fill: none; stroke: var(--bad); stroke-width: 1.4; }
"""

STYLE = (
    PALETTE
    + MAPS
    + """
* { box-sizing: border-box; }
html { scroll-behavior: smooth; }
@media (prefers-reduced-motion: reduce) { html { scroll-behavior: auto; } }
body {
  margin: 0 auto; padding: 3rem 1.5rem 5rem; max-width: 62rem;
  background: var(--paper); color: var(--ink);
  font: 1rem/1.55 var(--sans); font-variant-numeric: tabular-nums;
}
p, ol, ul { max-width: 44rem; margin: .6rem 0; overflow-wrap: anywhere; }
h1 { margin: .2rem 0 .4rem; font-size: 2.6rem; line-height: 1.15; font-weight: 650; letter-spacing: -.02em; }
h2 { margin: 3.5rem 0 .5rem; font-size: 1.35rem; line-height: 1.3; font-weight: 650; }
h3 { margin: 1.6rem 0 .4rem; font-size: 1rem; }
small, .facts, .kicker, .absent { color: var(--soft); }
small { font-size: .86em; }
a { color: var(--link); text-underline-offset: .2em; }
:focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
.kicker { margin: 0; }
.lead { margin: 0; font-size: 1.15rem; }
.good { color: var(--good); } .bad, .elsewhere { color: var(--bad); } .idle { color: var(--idle); }
.bad { font-weight: 600; }
nav { display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; margin: 1.6rem 0 0; padding: .7rem 0;
  border-block: 1px solid var(--rule); }
nav a { text-decoration: none; } nav a:hover { text-decoration: underline; }
/* A shade at the edge where a box goes on: it scrolls away with what covers it. */
.wide { overflow-x: auto; margin: 1rem 0 1.6rem;
  background: linear-gradient(90deg, var(--paper) 40%, transparent) 0 0 / 3rem 100% no-repeat local,
    linear-gradient(-90deg, var(--paper) 40%, transparent) 100% 0 / 3rem 100% no-repeat local,
    linear-gradient(90deg, var(--rule), transparent) 0 0 / .9rem 100% no-repeat scroll,
    linear-gradient(-90deg, var(--rule), transparent) 100% 0 / .9rem 100% no-repeat scroll; }
table { border-collapse: collapse; font-size: .93rem; }
caption { padding: 0 0 .5rem; text-align: left; color: var(--soft); }
th, td { padding: .28rem 1.4rem .28rem 0; text-align: left; vertical-align: baseline; font-weight: 400; }
thead th { border-bottom: 1px solid var(--ink); font-weight: 600; vertical-align: bottom; }
tbody { border-bottom: 1px solid var(--rule); }
.properties { width: 100%; } .properties td { white-space: nowrap; }
.properties tbody th small { display: block; min-width: 11rem; }
.properties td small { margin-left: .45em; }
.properties .group th { padding-top: .8rem; }
.properties .group ~ tr th { padding-left: 1.2rem; }
.properties tbody th > span, .oracles tbody th { font-weight: 600; }
.matrix { margin: .4rem 0; width: 100%; font-size: .86rem; }
.matrix th, .matrix td { padding: .3rem .36rem; text-align: center; }
.matrix td { white-space: nowrap; }
.matrix td span:first-child { font-weight: 600; }
.matrix tbody th { padding-left: 0; text-align: left; font-weight: 600; white-space: nowrap; }
.matrix tbody tr + tr > * { border-top: 1px solid var(--rule); }
.matrix td span { display: inline-block; }
.matrix td span + span { margin-left: .3em; font-weight: 400; color: var(--ink); }
.matrix td span + span + span { font-size: .86em; color: var(--soft); }
.stacked td span, .stacked td span + span { display: block; margin: 0; line-height: 1.25; }
.asked, .legend { margin: .9rem 0; }
.asked > div { display: grid; grid-template-columns: 6rem 1fr; gap: .2rem 1rem; padding: .15rem 0;
  max-width: 56rem; }
.asked dt { color: var(--soft); } .asked dd, .legend dd { margin: 0; overflow-wrap: anywhere; }
.legend { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(22rem, 100%), 1fr)); gap: 0 2rem;
  font-size: .86rem; color: var(--soft); }
.legend > div { display: grid; grid-template-columns: 1.8rem 1fr; gap: .6rem; padding: .08rem 0; }
.wide ~ .legend > div { grid-template-columns: 8rem 1fr; }
.legend dt { font-weight: 600; }
.numbers td, .oracles td:nth-child(n + 3), .counts li > :last-child { white-space: nowrap; }
.numbers td, .numbers thead th + th { text-align: right; padding: .28rem 0 .28rem 1.8rem; }
.numbers thead th + th { min-width: 6.5rem; }
.numbers tbody th { white-space: nowrap; }
.numbers thead small { display: block; font-weight: 400; }
.counts { display: grid; grid-template-columns: repeat(auto-fill, minmax(15rem, 1fr)); gap: 0 2.5rem;
  max-width: none; padding: 0; list-style: none; }
.counts li { display: flex; justify-content: space-between; gap: 1rem; padding: .18rem 0;
  border-bottom: 1px solid var(--rule); }
.counts b { font-weight: 600; }
code, pre { font-family: var(--mono); font-size: .87em; }
pre { margin: 0; padding: .9rem 1.1rem; background: var(--shade); white-space: pre-wrap;
  overflow-wrap: anywhere; }
p code { padding: .1em .3em; background: var(--shade); }
details { border-bottom: 1px solid var(--rule); }
summary { padding: .45rem 0; cursor: pointer; }
summary > span + span { margin-left: 1rem; font-size: .9rem; }
summary > span:first-child { font-weight: 600; }
summary small { display: block; padding-left: 1.05rem; }
details > :not(summary) { margin-left: 1.05rem; }
li { margin: .35rem 0; }
figure { margin: 0; min-width: 40rem; }
.maps { display: flex; flex-wrap: wrap; gap: 1.2rem 1.4rem; margin: 1rem 0; }
.maps figure { min-width: 0; }
.maps figcaption { padding: 0 0 .3rem; font-size: .93rem; max-width: 11rem; }
.maps figcaption small { display: block; }
.maps svg { width: auto; max-width: 100%; }
svg { display: block; width: 100%; height: auto; stroke-linejoin: round; stroke-linecap: butt; }
@media (max-width: 40rem) {
  /* A picture that is made small cannot be read: it keeps its size, and says that it goes on. */
  .wide:has(figure)::before { content: "The picture goes on to the right."; color: var(--soft); }
}
@media (max-width: 34rem) {
  /* A row becomes a block, each entry on a line with the name of its column. */
  table:not(.matrix), table:not(.matrix) :is(tbody, tr, th, td, caption) { display: block; width: auto; }
  table:not(.matrix) thead { display: none; }
  table:not(.matrix) tr + tr { border-top: 1px solid var(--rule); }
  table:not(.matrix) tbody th { padding: .5rem 0 .1rem; font-weight: 600; white-space: normal; }
  table:not(.matrix) td { display: flex; justify-content: space-between; gap: 1rem; padding: .1rem 0;
    text-align: right; white-space: normal; overflow-wrap: anywhere; }
  table:not(.matrix) td:empty { display: none; }
  table:not(.matrix) td::before { content: attr(data-column); flex: 0 0 auto; max-width: 45%;
    color: var(--soft); text-align: left; }
  body { padding: 1.6rem 1rem 3rem; } h1 { font-size: 2.1rem; }
  .asked > div { grid-template-columns: 1fr; }
  .matrix { width: 100%; font-size: .64rem; }
  .matrix thead th { padding: .3rem 0; } .matrix tbody th { white-space: normal; overflow-wrap: anywhere; }
  .matrix thead span { writing-mode: vertical-rl; transform: rotate(180deg); white-space: nowrap; }
  .matrix td { padding: .2rem .05rem; }
  .matrix td span, .matrix td span + span { display: block; margin: 0; line-height: 1.25; }
  .matrix td span:first-child { font-size: .95rem; }
}
@media print { body { max-width: none; padding: 0; } nav { display: none; } .wide { overflow: visible; } }
"""
)
