/** Locales of every way to write numbers, for tests that go through them; regions where they change something. */
const TAGS = `
af af-ZA ak am ar ar-AE ar-DZ ar-EG ar-LB ar-MA ar-SA ar-SD as asa ast az az-Cyrl be bem bg bm bn bn-IN bo br brx bs
bs-Cyrl ca ce ceb cgg chr ckb cs cv cy da da-GL dav de de-AT de-BE de-CH de-IT de-LI de-LU dje doi dsb dua dyo dz ee el
en en-001 en-150 en-AE en-AT en-AU en-BE en-BW en-BZ en-CA en-CH en-DE en-DK en-FI en-GB en-IE en-IL en-IN en-JM en-MT
en-MV en-NA en-NL en-NZ en-PK en-SE en-SG en-SI en-US en-ZA en-ZM eo es es-419 es-AR es-BO es-CL es-CO
es-CR es-DO es-EC es-ES es-GQ es-GT es-HN es-MX es-NI es-PA es-PE es-PR es-PY es-US es-UY es-VE et eu ewo fa fa-AF ff
ff-Adlm fi fil fo fr fr-BE fr-CA fr-CH fr-FR fr-LU fr-MA fr-SN fur fy ga gd gl gsw gsw-LI gu guz gv ha haw he hi
hi-Latn hr hsb hu hy ia id ig is it it-CH ja jgo jmc jv ka kab kam kea kgp khq ki kk kl kln km kn ko kok ks ksf ku kw ky
lag lb lg ln lo lt lu lv mai mas mer mfe mg mgo mi mk ml mn mni mr ms ms-BN ms-ID mt mua my mzn naq nb nd ne ne-IN nl
nl-BE nl-NL nmg nn nus nyn om or os pa pa-Arab pcm pl ps ps-PK pt pt-AO pt-BR pt-CH pt-CV pt-MO pt-PT qu qu-BO qu-EC rm
rn ro ro-MD rof ru ru-UA rw rwk sa sah saq sat sbp sc sd sd-Deva se seh ses sg shi si sk sl smn sn so sq sr sr-Cyrl-BA
sr-Latn sr-Latn-ME su sv sv-FI sw sw-CD sw-KE ta ta-MY ta-SG te teo tg th ti tk to tr tt tzm ug uk ur ur-IN uz uz-Arab
uz-Cyrl vi vun wo xh yi yo yue yue-Hans zgh zh zh-Hans-SG zh-Hant zh-Hant-HK zh-Hant-TW zu`

/** Those of which this engine knows how they write numbers. */
export const locales = Intl.NumberFormat.supportedLocalesOf(TAGS.trim().split(/\s+/))

// Chinese numerals for sums and other systems that are not ten digits are not among them.
export const numberingSystems = Intl.supportedValuesOf('numberingSystem')
