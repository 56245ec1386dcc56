/** Takes out of Lit, in the script tag, what no template of the elements has, and refuses templates that have it. */

/** What Lit asks, in the build of it that npm has, and the answer; the minifier leaves out what then never runs. */
const ANSWERS: readonly (readonly [question: string, answer: string])[] = [
  // Templates that are not HTML: SVG and MathML have functions of their own.
  ['2===i?"<svg>":3===i?"<math>":""', '""'],
  ['(2===i?"</svg>":3===i?"</math>":"")', '""'],
  ['2===i||3===i', 'false'],
  // Values in elements that hold text alone, such as `<style>`.
  ['y.test(u[2])', 'false'],
  ['y.test(r.tagName)', 'false'],
  // Values in comments, and in tags without an attribute.
  ['"!--"===u[1]?c=_:void 0!==u[1]?c=m:', ''],
  ['c===$||c===g?c=p:c===_||c===m?c=v:(c=p,n=void 0)', 'c=p'],
  ['c=n??v', 'c=v'],
  ['-1!==(t=r.data.indexOf(o,t+1))', 'false'],
  ['t.startsWith(o)', 'false'],
  [
    '1===r.type?i=new r.ctor(h,r.name,r.strings,this,t):6===r.type&&(i=new W(h,this,t))',
    'i=new r.ctor(h,r.name,r.strings,this,t)',
  ],
  // Directives: a value is what it is, and nothing of it needs to know whether it is on the page.
  ['t=M(this,t,i),', ''],
  ['t=M(this,t,i,0),', ''],
  ['(t=M(this,t,i,0)??A)', '(t??=A)'],
  ['M(this,e[s+n],i,n)', 'e[s+n]'],
  ['this._$AP?.(!1,!0,s);', ';'],
  ['setConnected(t){void 0===this._$AM&&(this._$Cv=t,this._$AP?.(t))}', ''],
  ['get _$AU(){return this._$AM._$AU}', ''],
  ['get _$AU(){return this._$AM?._$AU??this._$Cv}', ''],
  [',this._$Cv=e?.isConnected??!0', ''],
  ['this._$AN=void 0,', ''],
  // What directives alone ask of a part.
  ['constructor(){super(...arguments),this.type=3}', ''],
  ['constructor(){super(...arguments),this.type=4}', ''],
  ['constructor(t,i,s,e,h){super(t,i,s,e,h),this.type=5}', ''],
  ['this.type=1,', ''],
  ['this.type=2,', ''],
  ['get startNode(){return this._$AA}get endNode(){return this._$AB}', ''],
  ['get parentNode(){return this._$AM.parentNode}', ''],
  [
    'get parentNode(){let t=this._$AA.parentNode;const i=this._$AM;return void 0!==i&&11===t?.nodeType&&(t=i.parentNode),t}',
    '',
  ],
  ['this._$AD=t,this._$AM=i', 'this._$AD=t'],
  ['this._$AM=s,this.options=e', 'this.options=e'],
  ['this._$AM=e,this.options=h', 'this.options=h'],
  ['get tagName(){return this.element.tagName}', ''],
  // Templates that were compiled, roots in other documents, and listeners that are objects.
  [
    '"number"==typeof s?this._$AC(t):(void 0===s.el&&(s.el=S.createElement(V(s.h,s.h[0]),this.options)),s)',
    'this._$AC(t)',
  ],
  ['(t?.creationScope??l)', 'l'],
  ['||t.capture!==s.capture||t.once!==s.once||t.passive!==s.passive', ''],
  [
    '"function"==typeof this._$AH?this._$AH.call(this.options?.host??this.element,t):this._$AH.handleEvent(t)',
    'this._$AH.call(this.options.host,t)',
  ],
  // Values that are nodes of the page, or lists of another kind than arrays; tags that close themselves.
  ['void 0!==t.nodeType?this.T(t):', ''],
  ['"function"==typeof t?.[Symbol.iterator]', 'false'],
  ['c===p&&t[i+1].startsWith("/>")?" ":""', '""'],
  // A value that leaves all as it is.
  ['&&t!==E', ''],
  ['r===E&&(r=this._$AH[n]),', ''],
  ['if((t??=A)===E)return;', 't??=A;'],
  // Browsers that have no shadow roots, and what is rendered beside something else.
  [',j=t.litHtmlPolyfillSupport;j?.(S,R),', ';'],
  ['s?.renderBefore??i', 'i'],
  ['s?.renderBefore??null', 'null'],
  ['s??{}', 's'],
  // Polyfills of shadow roots, which wrap nodes.
  ['i(t).nextSibling;i(t).remove()', 't.nextSibling;t.remove()'],
  // Words to Lits of the page's own, which in development complain of a second one; and to who writes a template.
  ['(t.litHtmlVersions??=[]).push("3.3.3");', ''],
  ['Symbol.for("lit-nothing")', 'Symbol()'],
  ['"invalid template strings array"', ''],
  // Longer than they have to be where all is in one file.
  ['_$A', '_'],
]

/** @throws Error where this is another version of Lit: what is asked there has to be looked at again */
export function leanLit(code: string): string {
  return ANSWERS.reduce((lean, [question, answer]) => {
    if (!lean.includes(question)) throw new Error(`Lit does not ask ${question}`)
    return lean.replaceAll(question, () => answer)
  }, code)
}

/** @throws Error where a template has what the script tag's Lit does not know */
export function assertPlain(template: string): void {
  const strange = /<!--|<(script|style|textarea|title)\b|}\/>/.exec(template)
  if (strange) throw new Error(`the script tag's Lit knows no ${strange[0]}: ${template}`)
}
