/** The sample for Vue: a single-file component with the element as it is. */
import { htmlAttributes, indent, tagLines, type Tag } from './sample.ts'

export function vueSample(tag: Tag): string {
  const element = tagLines('coinslot-checkout', htmlAttributes(tag, { withServer: true }))
  return `<script setup>
// vite.config: vue({ template: { compilerOptions: {
//   isCustomElement: (tag) => tag.startsWith('coinslot-') } } })
import 'coinslot'
</script>

<template>
${indent(element, '  ')}
</template>
${tag.css ? `\n<style>\n${tag.css}\n</style>\n` : ''}`
}
