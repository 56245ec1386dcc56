/** Runs in a page before anything of it: looks at each frame whether the button is there, and at what the page pays. */

watch(Reflect.get(globalThis, 'button'))

/** @param {string} selector the button, looked for through shadow roots and frames */
function watch(selector) {
  /** @type {{ visibleMs: number | undefined, blockedMs: number, shift: number }} */
  const seen = { visibleMs: undefined, blockedMs: 0, shift: 0 }
  Object.assign(globalThis, { seen })
  observe('longtask', ({ duration }) => (seen.blockedMs += duration - 50))
  observe('layout-shift', (entry) => (seen.shift += Reflect.get(entry, 'value')))
  requestAnimationFrame(lookAgain)

  /** @param {number} at */
  function lookAgain(at) {
    if (isIn(document)) seen.visibleMs = at
    else requestAnimationFrame(lookAgain)
  }

  /**
   * @param {string} type
   * @param {(entry: PerformanceEntry) => void} take
   */
  function observe(type, take) {
    const observer = new PerformanceObserver((list) => list.getEntries().forEach(take))
    observer.observe({ type, buffered: true })
  }

  /**
   * @param {Document | ShadowRoot} root
   * @returns {boolean}
   */
  function isIn(root) {
    const how = { visibilityProperty: true, opacityProperty: true }
    if ([...root.querySelectorAll(selector)].some((button) => button.checkVisibility(how))) {
      return true
    }
    return [...root.querySelectorAll('*')].some((element) => {
      const inside = element.shadowRoot ?? Reflect.get(element, 'contentDocument')
      return !!inside && isIn(inside)
    })
  }
}
