/** The parts that only some pages need, loaded when one does; the script tag verifies them first. */

// The build of the script tag puts `importVerified` in place of these imports (vite.config.ts). What a
// part needs of the elements is handed to it: it may not import Lit, which would be a second one.
export const loadActPart = () => import('./act-part.ts')
export const loadLanguagesPart = () => import('./languages-part.ts')
export const loadStatusPart = () => import('./status-part.ts')

export type ActPart = Awaited<ReturnType<typeof loadActPart>>
