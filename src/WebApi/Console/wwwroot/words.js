// What the service's names are called on the page, and how figures are written.

import { h } from './dom.js';

export const STEPS = [
  ['validation', 'Validation', 'Project, source and target are checked'],
  ['sandbox', 'Sandbox', 'An isolated place for the build is made'],
  ['sync', 'Sync', 'The files go into the sandbox'],
  ['build', 'Build', 'Packages are installed, the artifact is built'],
  ['deploy', 'Deploy', 'The artifact goes live and is asked for from outside'],
  ['cleanup', 'Cleanup', 'The sandbox is removed, the log is closed'],
];

export const STATUSES = {
  pending: ['Waiting', 'wait'],
  validating: ['Validating', 'busy'],
  creating_sandbox: ['Creating sandbox', 'busy'],
  syncing_files: ['Syncing files', 'busy'],
  building: ['Building', 'busy'],
  deploying: ['Deploying', 'busy'],
  updating_database: ['Finishing', 'busy'],
  completed: ['Completed', 'good'],
  failed: ['Failed', 'bad'],
  cancelled: ['Cancelled', 'off'],
};

export const WAITING_FOR = {
  slot: 'a free slot',
  retry: 'the time of its next attempt',
  organization: 'another deployment of its organization to end',
};

export const FAULTS = {
  user: ['The project', 'The service works. Something in the project’s code or in the request has to change; the same source fails again.'],
  provider: ['A service that Libra Deploy uses', 'The target or the sandbox service refused or was away. It is tried again by itself where that can help.'],
  platform: ['Libra Deploy itself', 'Nothing in the project caused this. An operator should look at it; the quota is given back.'],
  quota: ['The organization’s quota', 'No deployment is left in this period.'],
};

export const REASONS = {
  max_retries_exceeded: 'Out of attempts',
  processing_timeout: 'Took too long',
  invalid_message: 'Unreadable message',
  system_error: 'Fault in the service',
};

export const isActive = (status) => !['completed', 'failed', 'cancelled'].includes(status);

/** A status with its colour; the word carries the meaning, the colour only helps. */
export function chip(status) {
  const [word, kind] = STATUSES[status] ?? [status, 'off'];
  return h('span', { class: `chip ${kind}` }, word);
}

export function duration(milliseconds) {
  if (milliseconds === null || milliseconds === undefined) return '–';
  if (milliseconds < 1000) return `${Math.round(milliseconds)} ms`;
  const seconds = milliseconds / 1000;
  if (seconds < 60) return `${seconds.toFixed(seconds < 10 ? 1 : 0)} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ${Math.floor(seconds % 60)} s`;
  return seconds < 86400
    ? `${Math.floor(seconds / 3600)} h ${Math.floor((seconds % 3600) / 60)} min`
    : `${Math.floor(seconds / 86400)} d ${Math.floor((seconds % 86400) / 3600)} h`;
}

export function ago(time) {
  const seconds = Math.max(0, (Date.now() - new Date(time)) / 1000);
  if (seconds < 10) return 'just now';
  if (seconds < 60) return `${Math.floor(seconds)} s ago`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  return seconds < 86400 ? `${Math.floor(seconds / 3600)} h ago` : moment(time);
}

export function moment(time) {
  return new Date(time).toLocaleString(undefined, { dateStyle: 'medium', timeStyle: 'short' });
}

export function timeElement(time) {
  return h('time', { datetime: time, title: moment(time) }, ago(time));
}

export function bytes(count) {
  if (count < 1024) return `${count} B`;
  return count < 1024 ** 2 ? `${(count / 1024).toFixed(1)} kB` : `${(count / 1024 ** 2).toFixed(1)} MB`;
}

export const number = (value) => (value ?? 0).toLocaleString();
