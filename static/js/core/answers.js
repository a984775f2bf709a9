/**
 * The types of the service's answers, as far as this page reads them. Nothing imports this file when the page runs.
 * A test compares the names with the service's OpenAPI document.
 */

/**
 * @typedef {object} Label a text in both languages
 * @property {string} en
 * @property {string} zh
 */

/**
 * @typedef {object} ServerMeta the answer of /v1/meta
 * @property {string} version
 * @property {string[]} supported_skills
 * @property {string[]} [supported_presets]
 * @property {Record<string, PayloadSchema>} task_payload_schemas by document type
 * @property {PolicyMeta[]} [policies] older servers have none by name
 * @property {boolean} [supports_open] whether a task may have no document type
 * @property {boolean} [supports_batches] whether there are batches
 * @property {number} [merge_max_rows] the most rows of a merge; servers without this member have no merges
 * @property {boolean} [supports_pdf] whether there are PDFs and pictures of pages
 * @property {TemplateMeta[]} [templates] the templates of the library
 */

/**
 * @typedef {object} TemplateMeta a template of the library
 * @property {string} name
 * @property {Label} title
 * @property {Label} description
 * @property {string} template_sha256
 */

/**
 * @typedef {object} PayloadSchema a document type
 * @property {Label} title
 * @property {Record<string, PayloadField>} fields by payload key
 */

/**
 * @typedef {object} PayloadField
 * @property {string} type "text" or "list"; of a template's own fields also "json"
 * @property {boolean} required
 * @property {Label} label
 * @property {Label} description
 * @property {string | string[]} example
 * @property {string} [placeholder] the name in the template; by default the key in capitals
 */

/**
 * @typedef {object} PolicyMeta
 * @property {string} name
 * @property {Label} title
 * @property {Label} description
 */

/**
 * @typedef {object} Inspection the answer of /v1/inspect
 * @property {TemplateField[]} fields
 * @property {UnsupportedPlaceholder[]} unsupported
 * @property {TemplateProblem[]} problems
 * @property {string | null} suggested_skill
 * @property {number} [language] of the template: 2 where it has tags that only tasks without a document type fill
 * @property {Record<string, unknown>} [schema] JSON Schema of the payload of such a task
 * @property {Record<string, unknown>} [sample_task] such a task, which fits the schema
 */

/**
 * @typedef {object} TemplateField
 * @property {string} name
 * @property {number} count
 * @property {string[]} places
 * @property {string[]} [known_in] document types that have it
 */

/**
 * @typedef {object} UnsupportedPlaceholder
 * @property {string} kind
 * @property {string} text
 * @property {string} paragraph_path
 * @property {string | null} suggestion
 * @property {string} [reason]
 */

/**
 * @typedef {object} TemplateProblem
 * @property {string} code
 * @property {string} message
 * @property {string} place a run, a part, or "" where the whole template is meant
 * @property {string} text
 */

/**
 * @typedef {object} MissingPlace a placeholder without a value
 * @property {string} field
 * @property {string} place
 * @property {string | null} suggestion
 */

/**
 * @typedef {object} UnusedKey a payload key that no placeholder of the template takes
 * @property {string} key
 * @property {string | null} suggestion
 */

/**
 * @typedef {object} Precheck the answer of /v1/precheck
 * @property {number} expected_exit_code
 * @property {PrecheckSummary} summary
 * @property {string[]} missing_required
 * @property {string[]} missing_optional
 * @property {UnsupportedPlaceholder[]} unsupported
 * @property {MissingPlace[]} [missing]
 * @property {UnusedKey[]} [unused]
 * @property {string[]} [undeclared]
 * @property {RunWarning[]} [warnings] absent where there are none
 * @property {string} request_id
 */

/**
 * @typedef {object} PrecheckSummary
 * @property {number} template_field_count
 * @property {number} unsupported_count
 * @property {number} [left_count] older servers do not say
 */

/**
 * @typedef {object} ReplaceLog out.replace_log.json
 * @property {ReplaceEntry[]} entries
 * @property {ReplaceSummary} summary
 * @property {RunWarning[]} [warnings] absent where there are none
 */

/**
 * @typedef {object} RunWarning
 * @property {string} code
 * @property {string} message
 * @property {string} [place] a part of the template
 * @property {string} [field] a field whose value is too long
 * @property {number} [length] how many characters that value has
 * @property {number} [limit] how many it may have
 */

/**
 * @typedef {object} ReplaceEntry
 * @property {string} status "replaced", "missing" or "unsupported"
 * @property {string} paragraph_path
 * @property {number} start in characters, not UTF-16 units
 * @property {number} end
 * @property {string} original_text
 * @property {string | null} new_text
 * @property {Context} [context]
 * @property {string} [kind]
 * @property {string | null} [suggestion]
 */

/**
 * @typedef {object} Context at most 60 characters on each side
 * @property {string} before
 * @property {string} after
 */

/**
 * @typedef {object} ReplaceSummary
 * @property {number} total_placeholders
 * @property {number} replaced_count
 * @property {number} unsupported_count
 * @property {boolean} had_unsupported
 */

/**
 * @typedef {object} MissingFields out.missing_fields.json
 * @property {string[]} missing_required
 * @property {string[]} missing_optional
 * @property {MissingPlace[]} [missing]
 * @property {UnusedKey[]} [unused]
 * @property {string[]} [undeclared]
 */

/**
 * @typedef {object} FormatReport out.format_report.json
 * @property {boolean} passed
 * @property {number} error_count
 * @property {number} fixed_count
 * @property {FormatIssue[]} issues
 * @property {FormatSummary} summary
 */

/**
 * @typedef {object} FormatSummary
 * @property {string} baseline "template" or "policy"
 * @property {boolean} skipped
 */

/**
 * @typedef {object} FormatIssue
 * @property {string} code
 * @property {string} severity "error" or "warn"
 * @property {string} message
 * @property {string} paragraph_path
 * @property {string | number | null} expected
 * @property {string | number | null} actual
 * @property {boolean} fixed
 * @property {string | null} [slot]
 * @property {string | null} [origin]
 * @property {string | null} [rule_key]
 * @property {string | null} [rule_source]
 * @property {string | null} [line_rule] w:lineRule of a line spacing that is a number
 * @property {string | null} [reason] why it is not fixable
 * @property {Label | null} [reason_text] the same as a sentence
 */

/**
 * @typedef {object} Preview the answer of /v1/preview
 * @property {number} pages how many the document has
 * @property {string[]} substituted fonts that are not installed
 * @property {PageImage[]} images
 * @property {PlacedFinding[]} findings
 */

/**
 * @typedef {object} PageImage
 * @property {number} page from 1
 * @property {number} width
 * @property {number} height
 * @property {string} png in Base64
 */

/**
 * @typedef {object} PlacedFinding
 * @property {number} page
 * @property {number[]} box left, top, right, bottom in pixels of the picture
 * @property {number} issue the number of the issue in the format report, from 0
 */

/**
 * @typedef {object} MergePrecheck the answer of /v1/merge/precheck
 * @property {string[]} sheets
 * @property {MergeColumn[]} columns
 * @property {number} row_count
 * @property {RowFault[]} errors
 * @property {MergeCounts} rows
 * @property {MissingInRow[]} missing
 * @property {boolean} more_rows whether there are rows behind the last one that was asked for
 */

/**
 * @typedef {object} MergeColumn
 * @property {string} header
 * @property {string | null} field
 * @property {string | null} suggestion
 */

/**
 * @typedef {object} RowFault
 * @property {number} row 1 is the first below the header, 0 the header
 * @property {string | null} column
 * @property {string} message
 * @property {string} [sheet]
 */

/**
 * @typedef {object} MergeCounts
 * @property {number} total
 * @property {number} ok
 * @property {number} missing_required
 * @property {number} unsupported
 * @property {number} strict_failed
 * @property {number} failed
 */

/**
 * @typedef {object} MissingInRow
 * @property {number} row
 * @property {string[]} fields
 */

/**
 * @typedef {object} Batch the status of a batch
 * @property {string} id
 * @property {string} state "planning", "running", "completed", "cancelled" or "failed"
 * @property {BatchRows} rows
 * @property {number | null} exit_code
 * @property {number} parts
 * @property {Record<string, string>} links
 * @property {Record<string, unknown>} [error]
 */

/**
 * @typedef {object} BatchRows
 * @property {number | null} total
 * @property {number} done
 * @property {number} ok
 * @property {number} missing_required
 * @property {number} unsupported
 * @property {number} strict_failed
 * @property {number} failed
 */

/**
 * @typedef {object} ApiResult api_result.json
 * @property {number} exit_code
 * @property {string} request_id
 * @property {Record<string, number>} [timing] in milliseconds
 * @property {Record<string, string>} [effective] the options that were used
 * @property {Build} [build]
 */

/**
 * @typedef {object} Build
 * @property {string} version
 * @property {string} commit
 */

/**
 * @typedef {object} ErrorBody
 * @property {string} error_code
 * @property {string} message
 * @property {ErrorDetail} detail
 */

/**
 * @typedef {{request_id?: string, field?: string, line?: number, column?: number, max_bytes?: number,
 *   errors?: SchemaError[]} & Record<string, unknown>} ErrorDetail more members come with some errors
 */

/**
 * @typedef {object} SchemaError
 * @property {string} path such as $.payload.attendees[2]
 * @property {string} message
 * @property {string | null} [suggestion] what is probably meant
 */

export {};
