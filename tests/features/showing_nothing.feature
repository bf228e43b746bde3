Feature: A scenario that shows nothing is never met

  A pass must mean that the system was seen keeping a promise. A scenario that no system could have failed shows
  nothing: it is broken, whoever runs it, and lint names it before anybody does.

  Rule: A scenario in which nothing is judged is broken

    Scenario Outline: No steps of its own, run by <command>
      Given a feature of CAIO
        """
        Feature: Skeletons
          Background:
            Given CAIO is running
            Then CAIO is healthy
          @CAIO-HEALTH-01
          Example: Still to be written
        """
      When it is run by <command>
      Then "Still to be written" is broken: "it has no steps of its own"
      And the run has failed, and nothing is accepted
      And lint names line 6: "it has no steps of its own"

      Examples:
        | command        |
        | behave         |
        | signoff accept |

    Scenario Outline: No Then, run by <command>
      Given a feature of CAIO
        """
        Feature: Asked, and nothing looked at
          @CAIO-HEALTH-01
          Rule: CAIO tells how it is
            Background:
              Given CAIO is running
            Example: Nobody looks
              When the health of CAIO is asked for
              And the metrics are read 2 times
        """
      When it is run by <command>
      Then "Nobody looks" is broken: "it has no Then of its own"
      And the run has failed, and nothing is accepted
      And lint names line 6: "it has no Then of its own"

      Examples:
        | command        |
        | behave         |
        | signoff accept |

    Scenario Outline: Rows that say the same, run by <command>
      Given a feature of CAIO
        """
        Feature: Twice the same
          @CAIO-HEALTH-01
          Scenario Outline: CAIO is <state>, for the <time> time
            Given CAIO is running
            Then CAIO is <state>
            Examples:
              | state   | time   |
              | healthy | first  |
              | alive   | second |
              | healthy | third  |
        """
      When it is run by <command>
      Then "CAIO is healthy, for the first time" is broken: "the same as those of the row in line 10"
      And "CAIO is healthy, for the third time" is broken: "the same as those of the row in line 8"
      But "CAIO is alive, for the second time" is met
      And the run has failed, and nothing is accepted
      And lint names line 8: "the same as those of the row in line 10"
      And lint names line 10: "the same as those of the row in line 8"

      Examples:
        | command        |
        | behave         |
        | signoff accept |

  Rule: A judgement of nothing is broken

    Scenario Outline: A system that reports on no component, run by <command>
      Given a feature of CAIO
        """
        Feature: Every one of none
          @CAIO-HEALTH-01
          Example: Each is well
            Given CAIO is running
            When the health of CAIO is asked for
            Then every component is healthy
        """
      And the health of CAIO reports on no component
      When it is run by <command>
      Then "Each is well" is broken: "there are no components in the health check, so there is nothing to judge"
      And the run has failed, and nothing is accepted

      Examples:
        | command        |
        | behave         |
        | signoff accept |

    Example: The same where there is something to judge
      Given a feature of CAIO
        """
        Feature: Every one of some
          @CAIO-HEALTH-01
          Example: Each is well
            Given CAIO is running
            When the health of CAIO is asked for
            Then every component is healthy
        """
      When it is run by behave
      Then "Each is well" is met
      And the run has not failed
