/** The donation page: whoever comes back from the bank is told how his gift stands. */
import { find } from '../query.ts'

if (new URLSearchParams(location.search).has('coinslot_session')) {
  find('.thanks').hidden = false
  find('coinslot-checkout').hidden = true
  find('#give-title').textContent = 'Your gift'
}
