/**
 * Where prices were read, on 2026-11-24, all of them in public repositories or on AWS's own pages as an index of public text
 * holds them. The date is that of the prices.
 */
export const SOURCES = {
  spoh: "AWS offer files for ap-southeast-1, with publication dates: github.com/aadk979/SPOH_2027, remediation/reports/P05/pricing/prices.json, fetched 2026-09-25",
  likerts:
    "AWS price list for ap-southeast-1, with SKUs: github.com/crosstabs/likerts, economics/aws-prices.json, 2026-09-08",
  rtk: "AWS price list for ap-southeast-1: github.com/hkt999rtk/rtk_cloud_workspace, docs/cost/aws-pricing-sources.md, 2026-06-22",
  mainline:
    "Price List API with regionCode=ap-southeast-1: github.com/Shaugato/mainline, report W4 (cost), 2026-08-12",
  devcool:
    "Price List API for ap-southeast-1: github.com/hinn1411/devcool-core, docs/plans/delivery-playbook.md, 2026-09-29",
  pricesSingapore:
    "Pricing API with usage types APS1-…, quoted in a public repository's price reference, 2026-08-12",
  billSingapore:
    "a bill of ap-southeast-1 (APS1-Aurora:BackupUsage) checked in a public repository's audit, 2026-08-12",
  singaporeTable: "a public repository's table of serverless prices in Singapore, undated",
  singaporeTables: "a public repository's table of DynamoDB on-demand prices for ap-southeast-1, undated",
  tradeflow:
    "Price List Query API for ap-southeast-2: github.com/Kagerrak/tradeflow-erp, docs/deployment/serverless-costs.md, September 2026 (2026-09-30 at the latest)",
  minco:
    "Price List API for ap-southeast-2: github.com/xicv/minco, docs/research/audit-ledger-costs-2026-08.md, 2026-08-13",
  predixion:
    "Price List API for ap-southeast-2: github.com/kishanmadhav/predixion-demo, docs/aws-deployment.md, 2026-10-09",
  offersSydney:
    "AWS offer files for ap-southeast-2 quoted in a public research document (ARC-001), published until 2026-10-01",
  featureforge:
    "Price list for ap-southeast-2: github.com/bhuvaneshwaranmurugan21/featureforge-ml-feature-platform, 2026-10-06",
  converted:
    "a public stack of Sydney that states A$0.14, converted at US$1 = A$1.41, August 2026 (2026-08-31 at the latest)",
  liveTuner:
    "github.com/janritter/aws-lambda-live-tuner, cost/cost.go, a map of all Regions whose entry for Singapore still holds; older than 2024-01-01",
  wafBlog:
    'AWS\'s networking blog, "Cost-effective ways for securing your web applications using AWS WAF": the same in all Regions; read 2026-11-24',
  awsPage: "AWS's own page, which tells no Regions apart; read 2026-11-24",
  route53Index:
    "AmazonRoute53/current/index.csv as a public repository quotes it: 0.50 and twice 1.00 for options, 2026-10-01",
  transferBlog: 'realks.com, "AWS data transfer", 2020-01-22, and a bill of about 2014 that agrees',
} as const;

export type SourceName = keyof typeof SOURCES;
