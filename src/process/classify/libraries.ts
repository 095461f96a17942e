import type { OpenerFamily } from './opener-family.ts';

/** HTTP libraries and programming tools: scripts, never readers. */
export const libraries: OpenerFamily = {
  agents: [
    {
      kind: 'library',
      match:
        /\b(?:curl|wget|libwww|python|aiohttp|httpx|okhttp|java|jetty|perl|ruby|php|guzzle|axios|node-fetch|undici|go-http-client|go-resty|apache-httpclient|httpclient|winhttp|restsharp|unirest|superagent|postman|insomnia|httpie|alamofire|dart|ahc|lua-resty)\b/i,
      client: 'Other',
      device: 'unknown',
      source: 'names of the libraries; each vendor documents its default agent',
    },
  ],
  rules: [
    {
      reason: 'library_agent',
      verdict: 'bot',
      confidence: 'certain',
      source: 'no mail program shows images with these',
      applies: ({ kind }) => kind === 'library',
    },
  ],
};
