import { expect } from '@open-wc/testing'
import { openExit } from '../../widget/redirect.ts'

describe('an exit to a new window', () => {
  const pageOpen = window.open
  afterEach(() => {
    window.open = pageOpen
  })

  function opensWindow() {
    const opened = { opener: window as Window | null, location: { href: '' }, closed: false }
    const close = () => (opened.closed = true)
    window.open = () => Object.assign(opened, { close }) as unknown as Window
    return opened
  }

  it('is opened at once, without a hold on this page, and closed when it is not needed', () => {
    const opened = opensWindow()
    const exit = openExit('_blank')
    expect(opened.opener).to.equal(null)
    expect(opened.location.href).to.equal('')
    exit.cancel()
    expect(opened.closed).to.equal(true)
  })

  it('goes there in that window, and this page stays', () => {
    const opened = opensWindow()
    expect(openExit('_blank').go('https://provider.example/')).to.equal(true)
    expect(opened.location.href).to.equal('https://provider.example/')
  })

  it('is opened for no other target', () => {
    let count = 0
    window.open = () => {
      count++
      return null
    }
    for (const target of ['_self', '_top', '', null, undefined, 'x']) openExit(target).cancel()
    expect(count).to.equal(0)
  })
})
