import type { CampaignBanner } from '../domain/campaign-banner.ts';
import { escapeHtml } from './escape-html.ts';

/** A campaign's banner in a row of its own, sized for Outlook, linked when it has a link. */
export function toBannerHtml({ imageUrl, linkUrl, alt, width, height }: CampaignBanner): string {
  const style = `display:block;width:${width}px;height:${height}px;border:0;outline:none;text-decoration:none`;
  const image = `<img src="${escapeHtml(imageUrl)}" width="${width}" height="${height}" alt="${escapeHtml(alt)}" border="0" style="${style}" />`;
  const content = linkUrl === null ? image : `<a href="${escapeHtml(linkUrl)}" target="_blank">${image}</a>`;
  return `<table role="presentation" cellpadding="0" cellspacing="0" border="0" style="border-collapse:collapse"><tbody><tr><td style="padding:10px 0 0 0">${content}</td></tr></tbody></table>`;
}
