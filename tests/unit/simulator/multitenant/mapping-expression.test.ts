import { expect, test } from "@jest/globals";

import {
  checkExpression,
  evaluateExpression,
} from "../../../../simulator/multitenant/mapping-evaluation.ts";
import { ExpressionError } from "../../../../simulator/multitenant/mapping-expression.ts";
import {
  MAPPING_FUNCTIONS,
  type MappingValue,
} from "../../../../simulator/multitenant/mapping-functions.ts";

const evaluate = (text: string, attributes: Readonly<Record<string, MappingValue>> = {}) =>
  evaluateExpression(checkExpression(text), (name) => attributes[name] ?? null);

type Attributes = Readonly<Record<string, MappingValue>>;

/** The examples of the documentation page, as they stand there. */
const DOCUMENTED: readonly (readonly [string, Attributes, MappingValue])[] = [
  [
    'Append([userPrincipalName], ".test")',
    { userPrincipalName: "John.Doe@contoso.com" },
    "John.Doe@contoso.com.test",
  ],
  ["BitAnd(&HF, &HF7)", {}, 7],
  ["CBool([attribute1] = [attribute2])", { attribute1: "a", attribute2: "a" }, true],
  [
    "Coalesce([mail],[userPrincipalName])",
    { mail: null, userPrincipalName: "John.Doe@contoso.com" },
    "John.Doe@contoso.com",
  ],
  ['ConvertToBase64("Hello world!")', {}, "SABlAGwAbABvACAAdwBvAHIAbABkACEA"],
  ['ConvertToUTF8Hex("Hello world!")', {}, "48656C6C6F20776F726C6421"],
  ['IIF([country]="USA",[country],[department])', { country: "USA", department: "IT" }, "USA"],
  ['IIF([country]="USA",[country],[department])', { country: "DE", department: "IT" }, "IT"],
  ['IIF([country]="",\t"Other",[country])', { country: "" }, null],
  [
    'IIF([country]="USA",IIF([state]="CA","True","False"),"False")',
    { country: "USA", state: "CA" },
    "True",
  ],
  ['InStr("The quick brown fox","quick")', {}, 5],
  ['InStr("repEated","e",3,vbBinaryCompare)', {}, 7],
  ['InStr("repEated","e",3,vbTextCompare)', {}, 4],
  ["IsNull([displayName])", {}, true],
  ["IsNullOrEmpty([displayName])", { displayName: "" }, true],
  ["IsPresent([displayName])", { displayName: "Ada" }, true],
  ["Item([proxyAddresses], 1)", { proxyAddresses: ["first", "second"] }, "first"],
  ["Count([proxyAddresses])", { proxyAddresses: ["first", "second"] }, 2],
  ['Left("John Doe", 3)', {}, "Joh"],
  ["NormalizeDiacritics([givenName])", { givenName: "Zoë Weiß Øre Ļ" }, "Zoe Weiss OEre L"],
  ['Not("True")', {}, false],
  ["PCase([firstName])", { firstName: "PABLO GONSALVES (SECOND)" }, "Pablo Gonsalves (Second)"],
  ['PCase([lastName]," \'-")', { lastName: "PINTO-DE'SILVA" }, "Pinto-De'Silva"],
  ["RemoveDuplicates([proxyAddresses])", { proxyAddresses: ["a", "b", "a"] }, ["a", "b"]],
  [
    'Replace([BusinessTitle],"Product Developer", , , "Software Engineer", , )',
    { BusinessTitle: "Product Developer" },
    "Software Engineer",
  ],
  [
    'Replace([UserID],"<username>", , , , , "<username>@contoso.com")',
    { UserID: "jsmith" },
    "jsmith@contoso.com",
  ],
  [
    'Replace([telephoneNumber], , "\\\\+(?<isdCode>\\\\d* )(?<phoneNumber>\\\\d{10})", , "${phoneNumber}", , )',
    { telephoneNumber: "+91 9998887777" },
    "9998887777",
  ],
  ['Replace([mobile], , "[()\\\\s-]+", , "", , )', { mobile: "+1 (999) 888-7777" }, "+19998887777"],
  [
    'Replace([AddressLineData], ,"(?<streetNumber>^\\\\d*)","streetNumber", "888", , )',
    { AddressLineData: "545 Tremont Street" },
    "888 Tremont Street",
  ],
  [
    'Replace([userPrincipalName], , "(?<Suffix>@(.)*)", "Suffix", "", , )',
    { userPrincipalName: "jsmith@contoso.com" },
    "jsmith",
  ],
  [
    'Replace([telephoneNumber], , "\\\\+(?<isdCode>\\\\d* )(?<phoneNumber>\\\\d{10})", "phoneNumber" , , [mobile], )',
    { telephoneNumber: "", mobile: "+91 8887779999" },
    "8887779999",
  ],
  ['Replace([mailNickname], , "[a-zA-Z_]*", , "", , )', { mailNickname: "john_doe72" }, "72"],
  ['Replace([preferredLanguage], "-", , , "_", ,  )', { preferredLanguage: "EN-US" }, "EN_US"],
  [
    'Split([extensionAttribute5], ",")',
    { extensionAttribute5: "PermissionSetOne, PermissionSetTwo" },
    ["PermissionSetOne", "PermissionSetTwo"],
  ],
  [
    'Switch([state], "Australia/Sydney", "NSW", "Australia/Sydney","QLD", "Australia/Brisbane", "SA", "Australia/Adelaide")',
    { state: "QLD" },
    "Australia/Brisbane",
  ],
  ['Switch([country],[country],"","Other")', { country: null }, "Other"],
  ['Switch(ToLower([statusFlag]), "0", "true", "1", "false", "0")', { statusFlag: "TRUE" }, "1"],
  [
    'ToLower(Join("@", NormalizeDiacritics(StripSpaces(Join(".",  [PreferredFirstName], [PreferredLastName]))), "contoso.com"))',
    { PreferredFirstName: "John", PreferredLastName: "Smith" },
    "john.smith@contoso.com",
  ],
  ['Word("The quick brown fox",3," ")', {}, "brown"],
  ['Word("This,string!has&many separators",3,",!&#")', {}, "has"],
  [
    "Append(Mid([givenName], 1, 3), Mid([surname], 1, 5))",
    { givenName: "John", surname: "Doe" },
    "JohDoe",
  ],
  ['Join(", ", "", [surname], [givenName])', { givenName: "John", surname: "Doe" }, "Doe, John"],
  ["IgnoreFlowIfNullOrEmpty([department])", { department: "" }, null],
  ['"Company name: \\"Contoso\\""', {}, 'Company name: "Contoso"'],
];

test.each(DOCUMENTED)("%s for %p gives %p", (text, attributes, expected) => {
  expect(evaluate(text, attributes)).toEqual(expected);
});

test.each([
  ["", "ends too early"],
  ["Append([a]", "ends too early"],
  ["Append([a])", "needs its parameter"],
  ['Append([a], "b") [b]', "follows the expression"],
  ["ToUpper([a]; [b])", "cannot be read"],
  ["ToUpper(,)", "needs its parameter"],
  ["toupper([a])", "not known"],
  ["SelectUniqueValue([a], [b])", "not known"],
  ['Left("John", 1, 2)', "takes 2 parameters"],
])("%p is no expression: %s", (text, reason) => {
  expect(() => checkExpression(text)).toThrow(ExpressionError);
  expect(() => checkExpression(text)).toThrow(reason);
});

test.each(['Left("John", "x")', 'Replace([a], , "(", , "", , )', 'Switch([a], "b", "c")'])(
  "%s can be parsed but has no value",
  (text) => {
    expect(() => evaluate(text, { a: "a" })).toThrow(ExpressionError);
  },
);

test("every function is spelled as documented and named once", () => {
  const names = MAPPING_FUNCTIONS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names).toEqual([...names].sort((left, right) => left.localeCompare(right, "en")));
});
