// What the server puts in front of the files of the service worker.

declare const FILES: string[];
declare const VERSION: string;
declare const TEXTS: { copy: string; from: string };
