import { expect } from '@open-wc/testing'
import { assertPlain, leanLit } from '../../widget/generate/lean-lit.ts'

describe('the Lit of the script tag', () => {
  it('is not made of another version than the one that was looked at', () => {
    expect(() => leanLit('export const render = () => {}')).to.throw('Lit does not ask')
  })

  for (const markup of [
    '<p><!-- ${x} --></p>',
    '<style>${x}</style>',
    '<textarea>',
    '<i a=${x}/>',
  ]) {
    it(`refuses a template with ${markup}`, () => {
      expect(() => assertPlain(markup)).to.throw("the script tag's Lit knows no")
    })
  }

  it('takes what the elements have', () => {
    assertPlain('<p part="a" ?hidden=${x} @click=${x}>${x} <b>${x}</b></p><input .value=${x}\n/>')
  })
})
