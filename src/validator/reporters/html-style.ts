/** The style sheet of the HTML report. */
export const HTML_STYLE = `
:root {
  color-scheme: light dark;
  --text: light-dark(#1b1f24, #e6edf3);
  --quiet: light-dark(#57606a, #9ba7b4);
  --page: light-dark(#ffffff, #0f1419);
  --inset: light-dark(#f3f5f7, #1a2129);
  --line: light-dark(#d0d7de, #35404c);
  --pass: light-dark(#116329, #56d364);
  --fail: light-dark(#b3141f, #ff7b72);
  --skip: light-dark(#7a5200, #e3b341);
}
body {
  margin: 0 auto;
  max-width: 70rem;
  padding: 1rem;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.5 system-ui, sans-serif;
}
h1, h2 { line-height: 1.2; }
h2 { margin: 1.5rem 0 0.5rem; font-size: 1.2rem; }
h3 { margin: 0.75rem 0 0.25rem; font-size: 1rem; }
a { color: inherit; }
.verdict { font-size: 1.25rem; font-weight: 600; }
p.pass, tr.pass { color: var(--pass); }
p.fail, tr.fail { color: var(--fail); }
table { border-collapse: collapse; }
caption { text-align: left; font-weight: 600; }
th, td { padding: 0.2rem 0.75rem 0.2rem 0; border-bottom: 1px solid var(--line); text-align: right; }
th:first-child { text-align: left; font-weight: normal; overflow-wrap: anywhere; }
thead th { color: var(--quiet); }
fieldset { margin: 1.5rem 0; border: 1px solid var(--line); border-radius: 0.4rem; }
fieldset label { display: inline-block; margin-right: 1.25rem; }
.cases { margin: 0; padding: 0; list-style: none; }
.case { border-top: 1px solid var(--line); padding: 0.3rem 0; overflow-wrap: anywhere; }
.case p { margin: 0.3rem 0; }
.case details > :not(summary) { margin-left: 1.1rem; }
.plain { padding-left: 1.1rem; }
summary { cursor: pointer; }
.badge { display: inline-block; min-width: 4.6rem; font-weight: 600; }
.badge.pass { color: var(--pass); }
.badge.fail { color: var(--fail); }
.badge.skip { color: var(--skip); }
.time, .clause { color: var(--quiet); }
.time { font-size: 0.85rem; font-weight: normal; }
.message { white-space: pre-wrap; color: var(--fail); }
pre {
  margin: 0.3rem 0;
  padding: 0.6rem;
  max-height: 24rem;
  overflow: auto;
  background: var(--inset);
  border-radius: 0.4rem;
  font-size: 0.85rem;
  white-space: pre-wrap;
  overflow-wrap: anywhere;
}
:focus-visible { outline: 2px solid currentColor; outline-offset: 2px; }
body:has(#show-fail:checked) :is(.case:not(.fail), section:not(.has-fail)),
body:has(#show-skip:checked) :is(.case:not(.skip), section:not(.has-skip)),
body:has(#show-pass:checked) :is(.case:not(.pass), section:not(.has-pass)) { display: none; }
`
