/** A plugin for Vite: puts the frame around each page of the demo, in place of its comments that ask for it. */
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import type { Plugin } from 'vite'
import { controlsHtml } from './configurator/controls-html.ts'
import { describedFields, eventsOf, readElement } from './configurator/manifest-fields.ts'
import { colophon, frameHead, masthead } from './frame.ts'

/** The addresses of the pages in this folder; those of the documentation are on no disk. */
const ADDRESSES = ['/', '/shop', '/donate', '/looks.html']

export function framedPages(): Plugin {
  const pages = new Set([...ADDRESSES.filter((address) => existsSync(fileOf(address))), '/docs/'])
  return {
    name: 'coinslot:framed-pages',
    transformIndexHtml: {
      order: 'pre',
      handler: (html, { path }) =>
        html
          .replace('<!-- frame: head -->', frameHead)
          .replace('<!-- frame: masthead -->', () =>
            masthead({ current: path.replace(/index\.html$/, ''), pages }),
          )
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

function fileOf(address: string): string {
  const name = address.replace(/\/$/, '/index').replace(/(\.html)?$/, '.html')
  return fileURLToPath(new URL(`.${name}`, import.meta.url))
}
