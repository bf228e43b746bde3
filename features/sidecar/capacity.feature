@critical @needs.platform
Feature: The bounds of autoscaling rest on what was measured

  @SIDE-CAP-01
  Rule: The attach-rate analysis of a measured load recommends explainers within the bounds of the chart

    @needs.http @needs.metrics @exclusive
    Example: As many chats are explained as in the source
      Given Async Sidecar is running
      And 4 users have had chats for 5 seconds, three of ten of which were explained by sentence
      When an operator has the attach rate of the load analysed
      Then the explainers that the analyser recommends follow from load, plan and chart
      And they are within the bounds of the chart's scaler

    Scenario Outline: What is recommended follows from what was measured: <case>
      Given a load of <chats> chats, of which <explained> were explained, each in <seconds> seconds
      When an operator has the attach rate of the load analysed for <peak> chats a second at a utilisation of <share>
      Then the explainers that the analyser recommends follow from load, plan and chart

      Examples:
        | case                                | chats | explained | seconds | peak | share |
        | a quiet day, and the chart's least  | 200   | 10        | 0.05    | 2    | 0.7   |
        | the peak of the plan                | 200   | 60        | 0.2     | 150  | 0.7   |
        | every chat is explained             | 100   | 100       | 0.1     | 100  | 0.5   |
        | just as many as fill the explainers | 100   | 50        | 0.5     | 20   | 0.5   |
        | more than the chart lets run        | 100   | 80        | 2.5     | 100  | 0.6   |

    Scenario Outline: A load that says nothing gives no recommendation: <case>
      Given a load of <chats> chats, of which <explained> were explained, each in <seconds> seconds
      When an operator asks the analyser for explainers all the same
      Then the analyser of the attach rate refuses, and says why

      Examples:
        | case                            | chats | explained | seconds |
        | nobody chatted                  | 0     | 0         | 0       |
        | nothing was explained           | 100   | 0         | 0       |
        | more was explained than chatted | 10    | 20        | 0.1     |
