/** A plugin for Vite: puts the frame around each page of the demo, in place of its comments that ask for it. */
import type { Plugin } from 'vite'
import { controlsHtml } from './configurator/controls-html.ts'
import { describedFields, eventsOf, readElement } from './configurator/manifest-fields.ts'
import { colophon, frameHead, masthead } from './frame.ts'

export function framedPages(): Plugin {
  return {
    name: 'coinslot:framed-pages',
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { path }) =>
        html
          .replace('<!-- frame: head -->', frameHead)
          .replace('<!-- frame: masthead -->', () => masthead(path.replace(/index\.html$/, '')))
          .replace('<!-- frame: colophon -->', colophon)
          .replace(/<!-- configurator: (\w+) -->/g, (_, what: string) => configuratorHtml(what)),
    },
  }
}

let element: ReturnType<typeof readElement> | undefined

function configuratorHtml(what: string): string {
  element ??= readElement()
  if (what === 'events') return eventsOf(element).join(' ')
  return controlsHtml(describedFields(element), what as Parameters<typeof controlsHtml>[1])
}
