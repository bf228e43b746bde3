@critical @needs.platform
Feature: What is deployed is what was reviewed

  A cluster takes a chart as it is. What it does not accept is found out in the middle of a rollout; what selects nothing,
  protects nothing, and nobody is told.

  @SIDE-DEPLOY-01
  Rule: The chart renders objects that the cluster accepts, whatever values it ships with

    Scenario Outline: Rendered <values>
      When the chart is rendered <values>
      Then the chart holds Deployment, Service, PodDisruptionBudget, NetworkPolicy and ScaledObject
      And every object of the chart is valid by its schema

      Examples:
        | values                   |
        | with its own values      |
        | for staging              |
        | for production           |
        | with every optional part |

    Example: With every optional part switched off
      When the chart is rendered with no optional part
      Then the chart holds Deployment, Service, PodDisruptionBudget and NetworkPolicy
      And every object of the chart is valid by its schema

    Scenario Outline: Nothing in it selects nothing, <values>
      When the chart is rendered <values>
      Then every selector of the chart selects pods of the chart
      And every deployment of the chart has a disruption budget, which lets some of its pods go and not all
      And every pod of the chart is closed to connections that no network policy allows

      Examples:
        | values                   |
        | with its own values      |
        | for staging              |
        | for production           |
        | with every optional part |

    Example: No value is there for nothing
      When each value of the chart is changed in turn
      Then each change shows in what the chart renders

    Scenario Outline: An override that cannot be meant is refused: <mistake>
      When the chart is rendered with "<value>" set to <to>
      Then the chart refuses to render, and names "<value>"

      Examples:
        | mistake                                  | value                                 | to       |
        | a word for a number                      | explainer.metricsPort                 | "many"   |
        | a port that does not exist               | gateway.port                          | 70000    |
        | no replica at all                        | courier.replicaCount                  | 0        |
        | a version that says nothing              | image.tag                             | "latest" |
        | a bound under the configured minimum     | explainer.autoscaling.minReplicaCount | 1        |
        | an upper bound that is under the lower   | gateway.autoscaling.maxReplicaCount   | 1        |

    Example: An override that is misspelt is refused
      When the chart is rendered with "explainer.replicas", which is no value of it, set to 5
      Then the chart refuses to render, and names "explainer.replicas"

  @SIDE-DEPLOY-02
  Rule: Argo CD's Applications point at the chart, and state that they synchronise and prune by themselves

    Example: They lead to the chart, with values that it has
      When the Applications of Argo CD are read
      Then every Application of Argo CD is valid by its schema
      And every Application of Argo CD points at the chart, with values that it has and a revision to follow

    Example: They keep the cluster as the repository says
      When the Applications of Argo CD are read
      Then every Application of Argo CD states that it synchronises, prunes and repairs by itself
      And no two Applications of Argo CD write to the same place

    Example: What they ask the chart for renders
      When the Applications of Argo CD are read
      Then the chart renders for every Application of Argo CD

  @SIDE-DEPLOY-03
  Rule: Every container says what it needs, how it shows that it is well, and runs as nobody of power

    Scenario Outline: Rendered <values>
      When the chart is rendered <values>
      Then every container of the chart sets requests and limits
      And every container of the chart has probes
      And every container of the chart runs without root

      Examples:
        | values                   |
        | with its own values      |
        | for staging              |
        | for production           |
        | with every optional part |
        | with no optional part    |
