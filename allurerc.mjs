// How the Allure report looks: one file, grouped as the acceptance page is, with the suite's four outcomes by name.
export default {
  name: "Signoff",
  historyPath: process.env.SIGNOFF_ALLURE_HISTORY, // none: a report without history
  plugins: {
    awesome: {
      options: {
        singleFile: true,
        groupBy: ["epic", "feature", "story"],
        reportLanguage: "en",
      },
    },
  },
  hideLabels: ["interface", "host", "thread"],
  categories: [
    { name: "Not met: the product broke its promise", matchedStatuses: ["failed"] },
    { name: "Broken: the suite could not judge", matchedStatuses: ["broken"] },
    { name: "Not verified: this machine or target cannot show it", matchedStatuses: ["skipped"] },
  ],
  environments: {
    http: { name: "over HTTP", matcher: ({ labels }) => labels.some((label) => label.name === "interface" && label.value === "http") },
    python: { name: "over the Python API", matcher: ({ labels }) => labels.some((label) => label.name === "interface" && label.value === "python") },
  },
};
