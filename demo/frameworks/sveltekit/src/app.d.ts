/// <reference types="coinslot/types/svelte" />
