/** What the package has besides code, made from the elements' doc blocks. */
import type { Package } from 'custom-elements-manifest'
import { getWebTypesData } from 'custom-element-jet-brains-integration'
import { getVsCodeCssCustomData, getVsCodeHtmlCustomData } from 'custom-element-vs-code-integration'
import { version } from '../../server/version.ts'
import { frameworkTypes } from './element-types.ts'
import { elementsOf } from './manifest.ts'

/** The text of each file, by its path in `dist`. */
export function packageFiles(manifest: Package): ReadonlyMap<string, string> {
  const types = Object.entries(frameworkTypes(elementsOf(manifest)))
  return new Map([
    ['custom-elements.json', json(manifest)],
    ['web-types.json', webTypes(manifest)],
    ['vscode.html-custom-data.json', getVsCodeHtmlCustomData(copyOf(manifest), {})],
    ['vscode.css-custom-data.json', getVsCodeCssCustomData(copyOf(manifest), {})],
    ...types.map(([name, text]) => [`types/frameworks/${name}.d.ts`, text] as const),
  ])
}

/** For JetBrains' editors. */
function webTypes(manifest: Package): string {
  const data = JSON.parse(getWebTypesData(copyOf(manifest), { hideLogs: true })) as object
  return json({ ...data, name: 'coinslot', version })
}

/** They change what they are given, and their types ask for no less than every member may have. */
function copyOf(manifest: Package): Parameters<typeof getWebTypesData>[0] {
  return structuredClone(manifest) as Parameters<typeof getWebTypesData>[0]
}

function json(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`
}
