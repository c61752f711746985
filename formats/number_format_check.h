/*
 * Number formats in Excel's syntax: `0.0%`, `#,##0.00`, `ddd dd mmm`, `[Red]-0`, `0 "km"`. A
 * workbook with one that Excel doesn't understand is called damaged, so mistakes are found before.
 */
#ifndef FORMATS_NUMBER_FORMAT_CHECK_H
#define FORMATS_NUMBER_FORMAT_CHECK_H

enum { NUMBER_FORMAT_CHECK_BYTES = 100 };

/* What is wrong, as a sentence's end ("a quote is not closed"), or NULL. What is not known for sure
 * to be wrong is taken. */
const char *number_format_check(const char *format);

#endif
