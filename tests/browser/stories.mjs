// Stories that a reader has to set well: footnotes, pictures, a wide table, a
// text from right to left, and one without blanks between words.
//
// `reader.test.mjs` serves them from its origin and saves them in this order.

/** @param {string} language @param {string} direction @param {string} title @param {string} body */
function page(language, direction, title, body) {
  return `<!doctype html>
<html lang="${language}" dir="${direction}">
<head><meta charset="utf-8"><title>${title}</title>
<meta property="og:type" content="article"><meta property="og:title" content="${title}">
<meta property="og:site_name" content="The Ridge Quarterly">
<meta property="article:published_time" content="2026-03-02T07:30:00Z"></head>
<body><main><article><h1>${title}</h1>
${body}
</article></main></body></html>`;
}

const MONTHS = [
  'January', 'February', 'March', 'April', 'May', 'June', 'July', 'August', 'September',
  'October', 'November', 'December',
];

const ROAD = `
<p>The road was built for salt, and for four hundred years nothing else moved along it in any quantity worth writing down, as the tax books of the valley show.<sup id="fnref1"><a href="#fn1">1</a></sup> It climbs two thousand feet in nine miles, without a bridge and without a single straight stretch longer than a team of six mules.</p>
<figure><img src="/pictures/quay.png" width="960" height="600" alt="A line of trees on a ridge"><figcaption>The lime trees were planted to be seen in fog. <span class="credit">Photo: J. Okoro</span></figcaption></figure>
<p>Then came the railway, which followed the river where the road had followed the ridge, and within ten years the inns had closed, one after the other, as the census tells us.<sup id="fnref2"><a href="#fn2">2</a></sup> Nobody tore them down. They stand where they stood, with nettles in the yards, and a walker who knows the order of their names can still say them as a rhyme.</p>
<h2>What the stones say</h2>
<p>What is left is a line of lime trees and a row of stones, each with a number cut into it, that walkers use to tell each other where they are on the long way up. The numbers count from the salt pans, not from the town, and they are cut so deep that a hand can read them in the dark.</p>
<blockquote><p>It was never a road, said the last keeper, it was a rope let down from the hills, and we climbed along it every week of our lives.</p><p>He said it without any sadness at all, and he looked out of the window at the trees when he had said it.</p></blockquote>
<figure><img src="/pictures/engine.png" width="960" height="640" alt="A stone with the number 31"><figcaption>The thirty-first milestone, at the foot of the last climb. <span class="credit">Ridge Quarterly</span></figcaption></figure>
<p>The council wants to put the road on the list of monuments, and a decision is expected in the spring of the coming year, after the elections. The farmers along it are not of one mind. A monument cannot be ploughed, and it cannot be widened for a harvester; but a monument brings walkers, and walkers buy cheese.</p>
<table><thead><tr><th>Year</th>${MONTHS.map((month) => `<th>${month}</th>`).join('')}</tr></thead>
<tbody>${[1801, 1850, 1871].map((year) => `<tr><td>${year}</td>${MONTHS.map((_, index) => `<td>${(year * (index + 3)) % 9000} barrels</td>`).join('')}</tr>`).join('')}</tbody></table>
<p>In the archive of the valley lies a map on which somebody drew the road in red ink, with every inn, every spring and every tree. It is dated 1702, and it is so exact that the surveyors of the railway, a hundred and sixty years later, laid it under their own and found no error of more than a yard.</p>
<p>Whoever walks it today needs a day to go up and another to come down. The first half is shade, the second is wind, and at the top there is a bench which the school of the upper village paid for by selling apples. From the bench one sees the salt pans, white and square, as if somebody had laid out the washing.</p>
<p>The last load went down on a Tuesday in November. The mule driver, whose name the books do not give, was paid three marks and a loaf, and signed with a cross. Then he turned the animals around and went home by the railway, because it was raining, and because, as he told the clerk, it was quicker.</p>
<p>The clerk wrote it down. It is the last line in the last book, and below it there is only the stamp of the archive and a ring where somebody, much later, has put down a cup. Whoever asks for the book today is given gloves, a pencil and the advice to begin at the end.</p>
<ol class="footnotes"><li id="fn1"><p>Tax book of the valley, volume four, page 212, in the archive. <a href="#fnref1">↩</a></p></li><li id="fn2"><p>Census of 1871, second part, table nine. <a href="#fnref2">↩</a></p></li></ol>`;

const HARBOUR = `
<p>عاد القارب الأبيض إلى الميناء القديم صباح يوم الاثنين بعد غياب دام أحد عشر عاما، وعلى متنه أربعون راكبا ودراجتان وقفص من الدجاج، وكان في انتظاره على الرصيف كل من استطاع أن يترك عمله في ذلك الصباح.</p>
<p>كان المجلس قد باع القارب عندما انتهى الدعم، ولم يبق للعبور طوال عشر سنوات سوى زورق البريد الذي يتسع لستة أشخاص ولا يبحر في الشتاء، فانتقلت العائلات إلى البر وأغلقت المدرسة صفها الأخير.</p>
<blockquote><p>قالوا لنا إن أحدا لن يركبه، قالت صاحبة الدكان، ولم يكن أحد ليركبه لأنه لم يكن موجودا.</p></blockquote>
<p>وفي العبور الأول هبت الريح من الشمال وتأخر القارب تسع دقائق ولم يشتك أحد، أما الدجاج فقد باض، بحسب ما أفاد صاحبه، بيضتين في الطريق.</p>`;

const HUT = `
<p>山小屋の朝は早い。まだ暗いうちに竈に火が入り、湯が沸くころには、尾根の向こうが少しずつ白んでくる。主人は七十二歳、この小屋を継いで四十年になる。</p>
<p>かつては一晩に百人が泊まったという。いまは多い日でも二十人ほどだが、薪を割り、水を汲み、布団を干す手順は何ひとつ変わっていない。「変えると、山に叱られる」と主人は笑う。</p>
<blockquote><p>道は人が歩かなければ消える。だから毎年、雪が解けると石を積み直すのだと、彼は静かに言った。</p></blockquote>
<p>今年の春、町から若い夫婦が手伝いに来た。二人は来年、この小屋を引き継ぐことになっている。主人は名簿の最後の頁を開き、日付と天気だけを書き込んだ。</p>`;

export const STORIES = [
  {
    name: 'footnotes',
    path: '/road',
    language: 'en',
    direction: 'ltr',
    html: page('en', 'ltr', 'The salt road', ROAD),
  },
  {
    name: 'arabic',
    path: '/harbour',
    language: 'ar',
    direction: 'rtl',
    html: page('ar', 'rtl', 'القارب يعود إلى الميناء', HARBOUR),
  },
  {
    name: 'japanese',
    path: '/hut',
    language: 'ja',
    direction: 'ltr',
    html: page('ja', 'ltr', '山小屋の四十年', HUT),
  },
];
