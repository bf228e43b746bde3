@critical @needs.platform
Feature: As many explainers run as the queue needs, on nodes that are there for them

  @SIDE-SCALE-01
  Rule: KEDA's bounds and target are those of the chart's values

    Scenario Outline: Rendered <values>
      When the chart is rendered <values>
      Then every scaler of the chart has the bounds and the backlog target of the values
      And no scaler of the chart goes under the configured minimum

      Examples:
        | values                   |
        | with its own values      |
        | for staging              |
        | for production           |
        | with every optional part |

    Scenario Outline: A value that an operator changes reaches the scaler: <value>
      When the chart is rendered with "<value>" set to <to>
      Then every scaler of the chart has the bounds and the backlog target of the values
      And the value "<value>" of the chart was <to>

      Examples:
        | value                                      | to |
        | explainer.autoscaling.minReplicaCount      | 5  |
        | explainer.autoscaling.maxReplicaCount      | 17 |
        | explainer.autoscaling.backlogSecondsTarget | 9  |
        | gateway.autoscaling.minReplicaCount        | 4  |

    @needs.metrics @needs.http
    Example: The queue that it scales by is one that the service tells of
      Given Async Sidecar is running
      When an operator reads the metrics of all processes of Async Sidecar
      Then every scaler of the chart asks for metrics that the service exposes

  @SIDE-SCALE-02
  Rule: Karpenter offers CPU nodes and GPU nodes, and explainers are let onto them and nobody else

    Example: Both kinds of nodes are on offer
      When the node pools of Karpenter are read
      Then every node pool of Karpenter is valid by its schema
      And there are node pools of Karpenter with GPUs and without
      And every node pool of Karpenter keeps other pods away

    Scenario Outline: Explainers fit, rendered <values>
      When the chart is rendered <values>
      Then every toleration of the explainers matches a taint of a node pool of Karpenter
      And every explainer of the chart fits on a node pool of Karpenter

      Examples:
        | values                   |
        | with its own values      |
        | for production           |
        | with every optional part |
