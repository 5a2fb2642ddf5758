/** Styles of the report: light, dark and print; no external fonts or images. */
export const STYLE = `
:root{color-scheme:light dark;--back:#fff;--face:#f6f8fa;--line:#d1d9e0;--ink:#1f2328;--soft:#59636e;--error:#b42318;--warn:#8a5300;--info:#0b5cad;--good:#1a7f37;
--error-back:#fdecea;--warn-back:#fff4dd;--info-back:#e6f1fc;--good-back:#e3f5e7;--link:#0b5cad;--error-fill:#cf222e;--warn-fill:#d4a72c;--info-fill:#54a0e8}
@media (prefers-color-scheme:dark){:root{--back:#0d1117;--face:#161b22;--line:#30363d;--ink:#e6edf3;--soft:#9198a1;--error:#ff8d85;--warn:#e3b341;--info:#79b8ff;--good:#56d364;
--error-back:#3b1513;--warn-back:#362706;--info-back:#0f2a47;--good-back:#0f2d18;--link:#79b8ff;--error-fill:#f85149;--warn-fill:#d29922;--info-fill:#388bfd}}
*{box-sizing:border-box}
body{margin:0;background:var(--back);color:var(--ink);font:14px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:72rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:1.75rem}
h1{font-size:1.5rem;margin:0 0 .25rem;line-height:1.25}
h2{font-size:1.05rem;margin:2rem 0 .5rem;padding-bottom:.35rem;border-bottom:1px solid var(--line);line-height:1.35}
h3{font-size:.95rem;margin:0;line-height:1.4;overflow-wrap:anywhere}
p{margin:.3rem 0}
a{color:var(--link)}
a:focus-visible{outline:2px solid var(--link);outline-offset:2px;border-radius:2px}
code,pre,.id{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace;font-size:.8125rem}
.soft{color:var(--soft)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(7.6rem,1fr));gap:.6rem;margin:1.1rem 0;padding:0;list-style:none}
.tiles li{overflow-wrap:normal;padding:.6rem .75rem;border:1px solid var(--line);border-radius:6px;background:var(--face)}
.tiles b{display:block;font-size:1.55rem;line-height:1.2;font-variant-numeric:tabular-nums}
.tiles .error b{color:var(--error)}.tiles .warning b{color:var(--warn)}.tiles .info b{color:var(--info)}.tiles .zero b{color:var(--soft);font-weight:500}
.notice{border:1px solid var(--warn);border-left-width:4px;background:var(--warn-back);border-radius:6px;padding:.6rem .9rem;margin:1rem 0}
.notice.good{border-color:var(--good);background:var(--good-back)}
.notice ul{margin:.3rem 0;padding-left:1.2rem}
.trend{max-width:100%;height:auto;display:block}
.trend rect.error{fill:var(--error-fill)}.trend rect.warninging{fill:var(--warn-fill)}.trend rect.info{fill:var(--info-fill)}
.trend .axis{stroke:var(--soft)}.trend .grid{stroke:var(--line);stroke-dasharray:3 3}
.trend .scale{fill:var(--soft);font-size:11px}.trend .end{text-anchor:end}
.key{display:flex;gap:1rem;margin:.2rem 0 0;padding:0;list-style:none;color:var(--soft);font-size:.8125rem}
.key li::before{content:"";display:inline-block;width:.65rem;height:.65rem;margin-right:.4rem;border-radius:2px;background:currentColor}
.key .error::before{background:var(--error-fill)}.key .warning::before{background:var(--warn-fill)}.key .info::before{background:var(--info-fill)}
.scroll{overflow-x:auto}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;padding:.35rem .6rem .35rem 0;border-bottom:1px solid var(--line);vertical-align:top}
th{overflow-wrap:normal;font-weight:600;color:var(--soft);font-size:.8125rem}
.number{white-space:nowrap;text-align:right;font-variant-numeric:tabular-nums;padding-right:0}
.badge{display:inline-block;padding:0 .5rem;border-radius:999px;font-size:.75rem;font-weight:600;line-height:1.5;white-space:nowrap;vertical-align:middle}
.badge.error{color:var(--error);background:var(--error-back)}.badge.warning{color:var(--warn);background:var(--warn-back)}
.badge.info{color:var(--info);background:var(--info-back)}.badge.quiet{color:var(--soft);background:var(--face);border:1px solid var(--line);line-height:1.35}
article{border:1px solid var(--line);border-left:4px solid var(--line);border-radius:6px;padding:.65rem .9rem .7rem;margin:.6rem 0}
article.error{border-left-color:var(--error)}article.warning{border-left-color:var(--warn)}article.info{border-left-color:var(--info)}
article .about{font-size:.78rem;overflow-wrap:anywhere}
.head{display:flex;flex-wrap:wrap;gap:.2rem .6rem;align-items:baseline}
.head .id{margin-left:auto}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.1rem .9rem;margin:.45rem 0}
dt{color:var(--soft);overflow-wrap:normal}
dd{margin:0;overflow-wrap:anywhere;min-width:0}
pre{margin:.3rem 0 0;padding:.5rem .7rem;border:1px solid var(--line);border-radius:6px;background:var(--face);white-space:pre-wrap;overflow-wrap:anywhere}
pre span{display:block}
pre .made{color:var(--good)}pre .changed{color:var(--warn)}pre .removed{color:var(--error)}
footer{margin:2.5rem auto 2rem;color:var(--soft);font-size:.8125rem}
@media (max-width:40rem){dl{grid-template-columns:1fr}dt{margin-top:.3rem}.head .id{margin-left:0}}
@page{margin:14mm 13mm}
@media print{:root{color-scheme:light;--back:#fff;--face:#f6f8fa;--line:#c5ccd3;--ink:#000;--soft:#48515b;--error:#b42318;--warn:#8a5300;--info:#0b5cad;--good:#1a7f37;
--error-back:#fff;--warn-back:#fff;--info-back:#fff;--good-back:#fff;--link:#000;--error-fill:#cf222e;--warn-fill:#d4a72c;--info-fill:#54a0e8}
body{font-size:10pt}main,header,footer{max-width:none;padding:0}a{text-decoration:none}
h2{break-after:avoid;margin-top:1.4rem}article,.tiles li,.notice,tr,svg{break-inside:avoid}
.badge{border:1px solid currentColor;line-height:1.35}.tiles{grid-template-columns:repeat(4,1fr)}.trend rect,.key li::before,article{print-color-adjust:exact;-webkit-print-color-adjust:exact}}
`;
