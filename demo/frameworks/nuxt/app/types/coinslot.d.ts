/// <reference types="coinslot/types/vue" />
