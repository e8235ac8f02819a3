import { en } from '@faker-js/faker';

/** Word lists of the generator library, picked by hash rather than by its own random numbers. */
const list = (...lists: (unknown | undefined)[]): readonly string[] => {
  const words = lists.flatMap((each) =>
    Array.isArray(each) ? each.filter((word) => typeof word === 'string') : [],
  );
  return words.length > 0 ? words : ['lorem'];
};

export const firstNames = list(en.person?.first_name?.female, en.person?.first_name?.male);
export const lastNames = list(en.person?.last_name?.generic);
export const jobDescriptors = list(en.person?.job_descriptor);
export const jobAreas = list(en.person?.job_area);
export const jobTypes = list(en.person?.job_type);
export const cities = list(en.location?.city_name);
export const states = list(en.location?.state);
export const streets = list(en.location?.street_name);
export const counties = list(en.location?.county);
export const words = list(en.lorem?.word);
export const domains = list(en.internet?.example_email);
export const verbs = list(en.company?.buzz_verb);
export const adjectives = list(en.company?.buzz_adjective);
export const nouns = list(en.company?.buzz_noun);
export const companyNouns = list(en.company?.noun);
export const departments = list(en.commerce?.department);
export const productAdjectives = list(en.commerce?.product_name?.adjective);
export const productMaterials = list(en.commerce?.product_name?.material);
export const products = list(en.commerce?.product_name?.product);
export const countries = [
  'United States',
  'Canada',
  'Germany',
  'France',
  'Japan',
  'Brasil',
  'Norge',
  'Türkiye',
  'Ελλάδα',
];
export const legalForms = ['Inc', 'LLC', 'Group', 'GmbH', 'Ltd', 'S.A.'];
