Feature: An owner signs a release off, and anyone can check it later

  The suite exists so that an owner can accept or refuse a release. The decision is a record: it says who decided, on
  what, and why, and everything that changes afterwards is found out.

  Rule: A decision says who took it, on what, and why

    Example: An owner accepts
      Given a run in which every criterion was met
      When Ada accepts the release because "the pilot needs it"
      Then the record says that Ada accepted, because "the pilot needs it"
      And the acceptance page shows that Ada accepted
      And nothing has changed since

    Example: An owner accepts with reservations
      Given a run in which one criterion was not verified
      When Ada accepts the release
      Then the record says that the verdict was "accepted with reservations"
      And nothing has changed since

    Example: An owner refuses
      Given a run in which two criteria were not met
      When Ada refuses the release because "customers would be refused"
      Then the record says that Ada refused, because "customers would be refused"
      And the acceptance page shows that Ada refused
      And nothing has changed since

    Example: An owner refuses what could have been accepted
      Given a run in which every criterion was met
      When Ada refuses the release
      Then the record says that Ada refused
      And the record says that the verdict was "accepted"

    Example: An owner thinks again
      Given a run in which two criteria were not met
      And Ada refused the release
      When Ada accepts the release and waives what was not met
      Then the acceptance page shows that Ada accepted
      And the earlier record says that the acceptance page was changed

  Rule: A criterion that is waived stays as red as it was

    Example: Everything that stands in the way is waived
      Given a run in which two criteria were not met
      When Ada accepts the release and waives what was not met
      Then the record says that Ada accepted, with 3 waivers
      And CAIO-CORS-03 is still not met on the acceptance page, and marked as waived
      And the record counts CAIO-CORS-03 among what failed

    Example: Something that stands in the way is not waived
      Given a run in which two criteria were not met
      When Ada accepts the release and waives CAIO-CORS-03
      Then signing is refused: "CAIO-ROUTE-02 is not met"

    Example: What stands in the way belongs to no criterion
      Given a run that lost a result
      When Ada accepts the release and waives what was not met
      Then signing is refused: "no waiver covers this"

    Example: A waiver ends
      Given a run in which two criteria were not met
      And Ada accepted the release with waivers until 2026-12-31
      When somebody checks the record on 2027-01-01
      Then the check names the waiver: "ended on 2026-12-31"

    Scenario Outline: <waiver> is no waiver
      Given a run in which two criteria were not met
      When Ada accepts the release with the waiver "<waiver>"
      Then signing is refused: "<why>"

      Examples:
        | waiver                                      | why                               |
        | CAIO-CORS-30=later, until 2026-12-31        | did you mean CAIO-CORS-03         |
        | CAIO-CORS-03=later, until 2026-11-19        | ended on 2026-11-19               |
        | CAIO-CORS-03=later, until Christmas         | 'Christmas' is no date            |
        | CAIO-CORS-03=later                          | cannot be read                    |
        | CAIO-CORS-03=until 2026-12-31               | gives no reason                   |
        | CAIO-LOAD-01                                | cannot be read                    |
        | CAIO-CORS-01=it works, until 2026-12-31     | is met; there is nothing to waive |

  Rule: Only a whole run that still fits what is here can be signed

    Scenario Outline: Nobody signs when <what>
      Given a run in which every criterion was met
      But <what>
      When Ada accepts the release
      Then signing is refused: "<why>"

      Examples: The run itself
        | what                                        | why                                        |
        | the run was of some scenarios only          | the run was partial                        |
        | the run holds scenarios of two systems      | a decision is about one system             |
        | the run was of another system than is named | the last run is of caio, not of sidecar    |
        | the clock says that the run is yet to end   | set the clock                              |

      Examples: What the run began from
        | what                                        | why                                        |
        | a feature was edited                        | older than its features: features/caio/cors.feature was changed |
        | a feature was added                         | features/caio/new.feature was added        |
        | a criterion was reworded                    | older than its criteria                    |
        | the system was edited                       | older than its system: systems/caio/caio/routing.py was changed |

      Examples: What the run left
        | what                                        | why                                        |
        | a result was edited                         | 00000001-result.json was changed           |
        | a result was deleted                        | 00000001-result.json is missing            |
        | a result was added                          | 99999999-result.json was added             |
        | a screenshot was edited                     | 00000000-attachment.png was changed        |
        | the acceptance page was edited              | acceptance page: altered after the run     |
        | the report was edited                       | report: altered after the run              |
        | the report was deleted                      | allure-report/index.html is missing        |
        | the record of the run was edited            | record of the run: altered after the run   |

    Scenario Outline: Nobody refuses either when <what>
      Given a run in which two criteria were not met
      But <what>
      When Ada refuses the release
      Then signing is refused: "<why>"

      Examples:
        | what                               | why                            |
        | the run was of some scenarios only | the run was partial            |
        | a result was edited                | result: altered after the run  |

  Rule: Whatever changes after the decision is named

    Scenario Outline: Somebody finds that <what>
      Given a run in which every criterion was met
      And Ada accepted the release
      But <what>
      When somebody checks the record
      Then the check names the <kind>: "<says>"

      Examples:
        | what                           | kind              | says                                                  |
        | a result was edited            | result            | 00000001-result.json was changed                      |
        | a result was deleted           | result            | 00000001-result.json is missing                       |
        | a result was added             | result            | 99999999-result.json was added                        |
        | a screenshot was edited        | attachment        | 00000000-attachment.png was changed                   |
        | a feature was edited           | feature           | cors.feature was changed                              |
        | a feature was added            | feature           | new.feature was added                                 |
        | a criterion was reworded       | criterion         | CAIO-CORS-01 promised “A page from an allowed origin  |
        | a criterion was taken away     | criterion         | CAIO-CORS-01 was taken away                           |
        | the system was edited          | system            | routing.py was changed                                |
        | the acceptance page was edited | acceptance page   | acceptance.html was changed                           |
        | the report was edited          | report            | allure-report/index.html was changed                  |
        | the report was deleted         | report            | allure-report/index.html is missing                   |
        | the record of the run was edited | record of the run | run.json was changed                                |
        | another run took its place     | report            | holds another run                                     |

    Scenario Outline: Nothing that an edited record states is relied on
      Given a run in which every criterion was met
      And Ada accepted the release
      But <what>
      When somebody checks the record
      Then the check names the record: "<says>"

      Examples:
        | what                                             | says                        |
        | the record was edited to be by somebody else     | does not fit the record     |
        | the record was edited where no signature reaches | that the signature does not cover |
        | the record's key was replaced by another         | does not fit the record     |

    Example: The clock of the machine is behind the decision
      Given a run in which every criterion was met
      And Ada accepted the release
      When somebody checks the record on 2026-11-19
      Then the check names the clock: "it was signed at 2026-11-20"

  Rule: A decision counts only with the owner's own key

    Example: Ada's own public key shows that the decision is hers
      Given a run in which every criterion was met
      And Ada accepted the release
      When somebody checks the record with Ada's public key
      Then nothing has changed since

    Example: Somebody else signed in Ada's name
      Given a run in which every criterion was met
      And somebody else signed in Ada's name
      When somebody checks the record with Ada's public key
      Then the check names the key: "not with the one given"

    Example: Ada's public key was edited
      Given a run in which every criterion was met
      And Ada accepted the release
      But Ada's public key was edited
      When somebody checks the record with Ada's public key
      Then the edited key proves nothing

    Scenario Outline: Nobody signs when <what>
      Given a run in which every criterion was met
      But <what>
      When Ada accepts the release
      Then signing is refused: "<why>"

      Examples:
        | what                           | why                            |
        | the key is open to others      | can be read by others          |
        | the passphrase is wrong        | the passphrase does not open   |
        | the key was edited             | is no private Ed25519 key      |
        | the key is lost                | make one with `signoff key`    |

  Rule: What cannot be checked is said in one message

    Scenario Outline: <what>
      Given a run in which every criterion was met
      And Ada accepted the release
      But <what>
      When somebody checks the record
      Then checking is refused: "<why>"

      Examples:
        | what                                  | why                              |
        | the record is no record               | is no record of a decision       |
        | the record is of a newer version      | made by a newer Signoff          |
        | the record is lost                    | cannot be read                   |
        | the folder of reports is lost         | give the folder                  |
