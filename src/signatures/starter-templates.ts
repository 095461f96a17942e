/** A template to begin with: copied when it is used, then the organization's own. */
export interface StarterTemplate {
  readonly key: 'classic' | 'card';
  readonly name: string;
  readonly html: string;
}

const TABLE = 'role="presentation" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse"';
const FONT = 'font-family:Arial, Helvetica, sans-serif';
const LINK = 'color:#2b6cb0;text-decoration:none';

/** A rule of colour at the left, four quiet lines. */
const CLASSIC = `<table ${TABLE}><tbody><tr>
<td style="border-left:3px solid #2b6cb0;padding:2px 0 2px 12px">
<table ${TABLE}><tbody>
<tr><td style="${FONT};font-size:16px;line-height:22px;font-weight:bold;color:#1f2933">{{full_name}}</td></tr>
{{#job_title}}<tr><td style="${FONT};font-size:13px;line-height:20px;color:#52606d">{{job_title}}{{#department}}, {{department}}{{/department}}</td></tr>{{/job_title}}
<tr><td style="${FONT};font-size:13px;line-height:20px;color:#52606d"><b>{{company}}</b></td></tr>
<tr><td style="${FONT};font-size:13px;line-height:20px;color:#52606d"><a href="mailto:{{email}}" style="${LINK}">{{email}}</a>{{#phone}} &middot; <a href="tel:{{phone}}" style="${LINK}">{{phone}}</a>{{/phone}}</td></tr>
</tbody></table>
</td>
</tr></tbody></table>`;

/** A framed card: the name on a dark band, how to reach the person below. */
const CARD = `<table ${TABLE} width="420"><tbody>
<tr><td bgcolor="#1f2933" style="background-color:#1f2933;padding:14px 18px">
<span style="${FONT};font-size:17px;line-height:24px;font-weight:bold;color:#ffffff">{{full_name}}</span>{{#job_title}}<br />
<span style="${FONT};font-size:13px;line-height:20px;color:#cbd2d9">{{job_title}}</span>{{/job_title}}
</td></tr>
<tr><td style="border:1px solid #e4e7eb;padding:12px 18px">
<table ${TABLE}><tbody>
<tr><td style="${FONT};font-size:13px;line-height:22px;color:#323f4b"><b>{{company}}</b>{{#department}} &middot; {{department}}{{/department}}</td></tr>
<tr><td style="${FONT};font-size:13px;line-height:22px;color:#323f4b">Mail <a href="mailto:{{email}}" style="${LINK}">{{email}}</a></td></tr>
{{#phone}}<tr><td style="${FONT};font-size:13px;line-height:22px;color:#323f4b">Phone <a href="tel:{{phone}}" style="${LINK}">{{phone}}</a></td></tr>{{/phone}}
</tbody></table>
</td></tr>
</tbody></table>`;

export const STARTER_TEMPLATES: readonly StarterTemplate[] = [
  { key: 'classic', name: 'Classic', html: CLASSIC },
  { key: 'card', name: 'Card', html: CARD },
];
