import type { OpenerFamily } from './opener-family.ts';

/** HTTP libraries, command line tools, headless browsers and other programs that nobody reads mail with. */
export const libraries: OpenerFamily = {
  agents: [
    {
      kind: 'library',
      match:
        /(?:^|[\s;(,])(?:curl|wget|libcurl|pycurl|libwww\S*|lwp\S*|python\S*|aiohttp|httpx|okhttp\S*|network-okhttp\d|jetty|perl|ruby|php|guzzle\w*|axios|node-fetch|undici|node\.js|deno|bun|go-http-client|go-resty|apache-httpclient|\w*http-?client\w*|winhttp\S*|restsharp|unirest\S*|node-superagent|superagent|postman\w*|insomnia|httpie|alamofire|dart|ahc|lua-resty\S*|faraday|mechanize|www-mechanize|urlgrabber|reqwest|ureq|hyper|libhttp|cpp-httplib|indy library|embarcadero|typhoeus|excon|scala|akka-http|vert\.x\S*|reactor-?netty|netty)(?=[\s/;,)]|$)/i,
      source: 'names of the libraries; each vendor documents its default agent',
    },
    {
      kind: 'library',
      match: /^Java\/?[\d._]+/,
      source:
        'https://docs.oracle.com/javase/8/docs/technotes/guides/net/properties.html (http.agent); feature telephones say "Java;"',
    },
    {
      kind: 'library',
      match:
        /\b(?:HeadlessChrome|PhantomJS|SlimerJS|wkhtmlto\w+|Puppeteer|Playwright|Selenium|HtmlUnit|Splash|CasperJS|jsdom|Prerender)\b/i,
      source: 'https://developer.chrome.com/docs/chromium/headless names itself; the others likewise',
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
