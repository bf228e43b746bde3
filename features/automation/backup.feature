@critical @needs.http
Feature: The audit log can be backed up and restored by administrators alone

  @AUTO-ADMIN-01
  Rule: An administrator can back the audit log up and list backups, nobody else can, and a backup restores whole

    Scenario Outline: <caller> tries to <action>
      Given Automation Orchestrator is running
      When <caller> tries to <action>
      Then the answer is "<answer>"

      Examples:
        | caller                   | action                      | answer          |
        | an admin                 | back the audit log up       | allowed         |
        | an admin                 | back the audit log up small | allowed         |
        | an admin                 | list the backups            | allowed         |
        | a user                   | back the audit log up       | forbidden       |
        | a user                   | back the audit log up small | forbidden       |
        | a user                   | list the backups            | forbidden       |
        | a user                   | restore a backup            | forbidden       |
        | a caller without a token | list the backups            | unauthenticated |
        | a caller without a token | restore a backup            | unauthenticated |

    Scenario Outline: A backup that is <kind> is listed, and holds the audit log as it was
      Given Automation Orchestrator is running
      And a user has made 5 API keys, which the audit log records
      When an admin makes a backup of the audit log of API keys that is <kind>
      Then the list of backups has that of the API keys with its size, when it was made and that it is <kind>
      And the file of the backup is <kind> and holds every record about the API keys

      Examples:
        | kind           |
        | compressed     |
        | not compressed |

    Example: A backup restores whole
      Given Automation Orchestrator is running
      And a user has made 5 API keys, which the audit log records
      And an admin has made a backup of the audit log of API keys that is compressed
      When the audit log of API keys is lost and an admin restores the backup
      Then the audit log has every record about the API keys

    Example: A backup while API keys are made
      Given Automation Orchestrator is running
      When an admin makes a backup of the audit log while API keys are made
      Then the backup of the audit log holds whole records only, and each API key that was made before

    Example: A restore does not take away what was recorded about API keys since
      Given Automation Orchestrator is running
      And an admin has made a backup of the audit log of API keys that is compressed
      And a user has made 3 API keys, which the audit log records
      When an admin restores the backup of the audit log of API keys
      Then the audit log has every record about the API keys

    Scenario Outline: A backup <what> is not restored
      Given Automation Orchestrator is running
      When an admin tries to restore the backup of API keys named "<name>"
      Then the restore of the audit log of API keys is refused, and says why

      Examples:
        | what                   | name                   |
        | that nobody made       | audit-nothing.jsonl    |
        | outside its folder     | ../../config.json      |
        | by its whole path      | /etc/passwd            |

    Example: A damaged backup is refused, and the audit log stays
      Given Automation Orchestrator is running
      And a user has made 5 API keys, which the audit log records
      And an admin has made a backup of the audit log of API keys that is compressed
      When the backup of the audit log of API keys is damaged and an admin restores it
      Then the restore of the audit log of API keys is refused, and says why
      And the audit log has every record about the API keys
