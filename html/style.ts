/** How our pages look: one style sheet, light and dark, from a phone's width to a wall screen's. */

export const STYLE = `
:root {
  --paper: #f6f7f8; --card: #fff; --ink: #17202a; --soft: #57636f; --line: #dde2e7;
  --accent: #0b6e75; --accent-soft: #d9eeee; --good: #1b7a3d; --good-soft: #dff2e5;
  --warn: #8a5a00; --warn-soft: #fbeecb; --bad: #b3261e; --bad-soft: #fbe3e1; --hover: #eef3f4;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", "DejaVu Sans Mono", Menlo, Consolas, monospace;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #0f1419; --card: #171d24; --ink: #e4e9ee; --soft: #98a4b0; --line: #2a333d;
    --accent: #5cc4c9; --accent-soft: #16383b; --good: #6fd08c; --good-soft: #16331f;
    --warn: #e3b341; --warn-soft: #392c0c; --bad: #ff8a80; --bad-soft: #45201d; --hover: #1d252d;
  }
}
* { box-sizing: border-box; }
html { color-scheme: light dark; -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "DejaVu Sans", sans-serif;
}
.wrap { max-width: 1180px; margin: 0 auto; padding: 0 20px; }
a { color: var(--accent); text-underline-offset: 2px; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 3px; }
.skip { position: absolute; left: -999px; }
.skip:focus { left: 12px; top: 12px; background: var(--card); padding: 6px 12px; z-index: 1; }
.unseen {
  position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%);
  white-space: nowrap;
}
header { padding: 26px 0 18px; }
.brand { margin: 0; color: var(--soft); font-size: 13px; letter-spacing: .04em; }
h1 { margin: 2px 0 8px; font-size: 26px; line-height: 1.2; letter-spacing: -.01em; overflow-wrap: anywhere; }
h2 { margin: 0 0 10px; font-size: 15px; font-weight: 650; }
.facts { display: flex; flex-wrap: wrap; gap: 4px 18px; align-items: center; margin: 0; color: var(--soft); }
.facts b { color: var(--ink); font-weight: 600; font-variant-numeric: tabular-nums; }
section { margin: 0 0 18px; padding: 16px 18px; background: var(--card); border: 1px solid var(--line); border-radius: 10px; }
pre { overflow-x: auto; padding: 10px 12px; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
code, .mono { font-family: var(--mono); font-size: .88em; }
.badge {
  display: inline-block; padding: 1px 9px; border-radius: 99px; white-space: nowrap;
  font-size: 13px; font-weight: 500; color: var(--soft); background: var(--hover);
}
.badges { display: inline-flex; flex-wrap: wrap; gap: 4px; }
.badge.good { color: var(--good); background: var(--good-soft); }
.badge.warn { color: var(--warn); background: var(--warn-soft); }
.badge.bad { color: var(--bad); background: var(--bad-soft); }
button, input[type=search] {
  font: inherit; font-size: 14px; color: var(--ink); background: var(--card);
  border: 1px solid var(--line); border-radius: 7px; padding: 5px 12px;
}
button { cursor: pointer; }
button:hover { background: var(--hover); border-color: var(--soft); }
button.small { font-size: 12.5px; padding: 1px 8px; color: var(--soft); }
button.done { color: var(--good); border-color: var(--good); }
.copy { display: flex; gap: 10px; align-items: center; margin: 0 0 8px; }
.copy:last-child { margin: 0; }
.copy code {
  flex: 1; min-width: 0; white-space: pre-wrap; overflow-wrap: anywhere; padding: 7px 11px; border-radius: 7px;
  background: var(--paper); border: 1px solid var(--line); user-select: all;
}
table { border-collapse: collapse; width: 100%; }
th {
  text-align: left; font-weight: 550; font-size: 12.5px; color: var(--soft); white-space: nowrap;
  padding: 4px 18px 6px 0; border-bottom: 1px solid var(--line);
}
td { padding: 5px 18px 5px 0; border-bottom: 1px solid var(--line); vertical-align: baseline; }
tr:last-child td { border-bottom: 0; }
tbody tr:hover { background: var(--hover); }
td.num, td.date { font-size: 14px; }
.num { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
.date { white-space: nowrap; font-variant-numeric: tabular-nums; color: var(--soft); }
.path { overflow-wrap: anywhere; }
td.path { width: 55%; }
.path .above { color: var(--soft); }
.path a { text-decoration: none; }
.path a:hover, .path a:focus-visible { text-decoration: underline; }
.sum { display: inline-block; max-width: 14ch; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; vertical-align: bottom; color: var(--soft); }
.acts { white-space: nowrap; text-align: right; padding-right: 0; }
main { display: flex; flex-direction: column; }
.searching #files { order: -1; }
.tools { display: flex; gap: 8px; align-items: center; margin: 0 0 10px; }
.tools input { flex: 1; min-width: 0; }
.chips { display: flex; flex-wrap: wrap; gap: 6px; margin: 0 0 12px; padding: 0; list-style: none; }
.chips a { display: inline-block; padding: 2px 10px; border: 1px solid var(--line); border-radius: 99px; text-decoration: none; font-size: 13.5px; }
.chips a:hover { background: var(--hover); }
.chips small, .pages small { color: var(--soft); font-variant-numeric: tabular-nums; }
.crumbs { margin: 0 0 10px; font-family: var(--mono); font-size: 13.5px; overflow-wrap: anywhere; }
.pages { display: flex; gap: 14px; align-items: center; margin: 12px 0 0; }
.empty { color: var(--soft); margin: 14px 0; }
.note { margin: 0 0 10px; padding: 9px 13px; border-radius: 8px; background: var(--hover); overflow-wrap: anywhere; }
.note.good { background: var(--good-soft); }
.note.warn { background: var(--warn-soft); }
.note.bad { background: var(--bad-soft); }
.note p { margin: 0; }
.note p + p { color: var(--soft); margin-top: 2px; }
.tiles { display: grid; grid-template-columns: repeat(auto-fit, minmax(130px, 1fr)); gap: 12px; margin: 0 0 18px; }
.tiles div { background: var(--card); border: 1px solid var(--line); border-radius: 10px; padding: 10px 14px; }
.tiles dt { color: var(--soft); font-size: 13px; }
.tiles dd { margin: 0; font-size: 21px; font-weight: 600; font-variant-numeric: tabular-nums; }
details { border-top: 1px solid var(--line); padding: 6px 0; }
details:last-of-type { border-bottom: 1px solid var(--line); margin-bottom: 4px; }
summary { cursor: pointer; }
summary small { color: var(--soft); }
figure { margin: 0 0 18px; overflow-x: auto; }
figure:last-child { margin: 0; }
figcaption { color: var(--soft); font-size: 13px; margin: 0 0 6px; }
svg { display: block; max-width: 100%; }
svg .bar { fill: var(--accent); }
svg .area { fill: var(--accent-soft); }
svg .line { fill: none; stroke: var(--accent); stroke-width: 1.8; }
svg .grid { stroke: var(--line); stroke-width: 1; }
.axis { display: flex; justify-content: space-between; margin: 2px 0 0; color: var(--soft); font-size: 12.5px; }
.bars th { font-family: var(--mono); font-size: 13px; font-weight: 400; color: var(--ink); border: 0; padding: 2px 14px 2px 0; width: auto; white-space: normal; }
.bars td { border: 0; padding: 2px 14px 2px 0; }
.bars td:last-child { padding-right: 0; color: var(--soft); }
.bars .track { width: 50%; }
.bars tr:hover { background: none; }
.way { list-style: none; margin: 0 0 14px; padding: 0; font: 13px var(--mono); overflow-wrap: anywhere; }
.way li { padding: 6px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--paper); }
.way li + li { margin-top: 22px; position: relative; }
.way li + li::before { content: "↓"; position: absolute; top: -22px; left: 50%; color: var(--soft); }
.way li:first-child, .way li:last-child { background: var(--accent-soft); border-color: var(--accent); }
.way small { color: var(--soft); }
.from { margin: 0 0 8px; padding-left: 18px; }
section > .facts { margin: 0 0 12px; gap: 6px; }
section > .facts:last-child { margin: 0; }
footer { padding: 4px 0 28px; color: var(--soft); font-size: 13px; }
.scripted { display: none; }
.js .scripted { display: revert; }
@media (max-width: 720px) {
  .wrap { padding: 0 12px; }
  section { padding: 13px 12px; }
  h1 { font-size: 22px; }
  .cards thead { position: absolute; clip-path: inset(50%); }
  .cards, .cards tbody { display: block; }
  .cards tr { display: flex; flex-wrap: wrap; gap: 2px 12px; padding: 8px 0; border-bottom: 1px solid var(--line); align-items: baseline; }
  .cards tr:last-child { border-bottom: 0; }
  .cards td { display: block; border: 0; padding: 0; }
  .cards .path { flex: 1 0 100%; }
  .cards .acts { margin-left: auto; }
  .bars .track { width: 26%; }
}
@media print {
  body { font-size: 12px; }
  section, .tiles div { break-inside: avoid; border-color: #ccc; }
  button, .well { display: none; }
}
`;
