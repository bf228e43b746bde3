@critical @needs.http @needs.alerts
Feature: Whoever is on call is told in time, and told what to do

  Nobody watches CAIO at night. An alert that never fires leaves the callers to find out; one that fires for nothing is soon
  switched off; one without a runbook costs the first half hour.

  @CAIO-HARD-05
  Rule: Alerts are valid, fire when their condition is caused, and link a runbook that exists

    @needs.containers
    Example: The rules do what their own examples say
      When the alert rules are tried with their own examples
      Then nothing is found wrong with them
      And there is an example for every alert

    Example: Whoever is called is told what to do
      When whoever is on call reads the alert rules
      Then every alert says how bad it is, what is wrong and what that means
      And every alert links a runbook that exists

    @needs.metrics
    Example: The alerts look at what is really there
      Given CAIO is running
      When whoever is on call reads the metrics
      Then CAIO has every metric that the alerts look at

    @needs.containers @needs.metrics @slow
    Example: Every alert is raised by its condition, by nothing else, and ends with it
      Given these CAIO are watched by Prometheus and Alertmanager
        | CAIO  | profile |
        | north | default |
        | east  | default |
        | south | default |
        | west  | default |
        | small | tight   |
      When each of these conditions is brought about in its CAIO, and removed once its alerts have been raised
        | CAIO  | condition                                  | alerts                                                                                        |
        | north | it is killed                              | CaioDown                                                                                      |
        | east  | its database is locked while users ask    | CaioNotReady, CaioComponentFailed, CaioStoreUnavailable, CaioErrorRateHigh, CaioLatencyHigh   |
        | south | its database is kept busy while users ask | CaioLatencyHigh                                                                               |
        | west  | the only service that users need dies     | CaioCircuitOpen, CaioDispatchFailures, CaioErrorRateHigh                                      |
        | small | a service that it probes dies             | CaioServiceUnhealthy                                                                          |
        | small | its registry fills up                     | CaioRegistryNearlyFull                                                                        |
        | small | strangers guess tokens                    | CaioRefusedCallers                                                                            |
        | small | a user asks far too often                 | CaioRateLimited                                                                               |
      Then each alert was raised within 60 seconds
      And Alertmanager received each of them
      And no other alert was raised
      And each alert ended within 90 seconds of its cause
