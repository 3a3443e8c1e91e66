//! A plan as an Excel workbook: sums, shares and unit costs are formulas over the plan's tables, and charts are the
//! spreadsheet's own, so that who gets it can go on from there.
//!
//! Every formula is written with its value, for viewers that do not calculate. The same plan gives the same bytes.

use std::collections::BTreeMap;

use rust_xlsxwriter::{
    Chart, ChartType, Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Formula, Workbook,
    Worksheet, XlsxError,
};

use super::summary;
use crate::model::Model;
use crate::plan::{Cells, CostKind, FlatTable, Plan, Status};

/// Columns of tables that hold money.
const MONEY: [&str; 24] = [
    "spend",
    "idle_spend",
    "cost",
    "capex",
    "worth",
    "as_vendor",
    "as_cloud",
    "both",
    "paid",
    "funds",
    "credits",
    "equity",
    "funding",
    "cost_signed",
    "cost_unsigned",
    "cost_without",
    "lost",
    "refunded",
    "loss",
    "shock",
    "best",
    "regret",
    "premium",
    "price",
];
/// Columns of tables that hold parts of a whole.
const PARTS: [&str; 6] = ["share", "served", "stake", "required", "probability", "investor"];

/// Writes a plan of a model as an Excel workbook.
///
/// # Errors
/// If a table has more rows than a sheet of Excel.
pub fn save(model: &Model, plan: &Plan) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // The clock is not read: the same plan gives the same bytes.
    let date = ExcelDateTime::from_ymd(2026, 1, 1)?;
    let title = format!("Plan of {}", plan.model.name);
    workbook
        .set_properties(&DocProperties::new().set_author("polysource").set_title(title).set_creation_datetime(&date));
    let looks = Looks::new(&plan.currency);
    let tables = tables(model, plan);
    let book = PlanBook { plan, looks: &looks, tables: &tables };
    workbook.push_worksheet(book.summary()?);
    if plan.cost.is_some() && !uncertain(plan) {
        for pivot in book.pivots() {
            workbook.push_worksheet(book.pivot(&pivot)?);
        }
    }
    for table in &tables {
        workbook.push_worksheet(book.table(table)?);
    }
    workbook.save_to_buffer()
}

/// Whether what is held depends on what becomes known: then sums over all rows add up what excludes one another.
fn uncertain(plan: &Plan) -> bool {
    plan.uncertainty.is_some()
}

/// The tables of the plan that have rows; what is held also with what its offer is.
fn tables(model: &Model, plan: &Plan) -> Vec<FlatTable> {
    let mut tables = plan.tables();
    tables.retain(|t| t.rows() > 0);
    for table in tables.iter_mut().filter(|t| t.name == "purchases") {
        let offer = |p: &crate::plan::Purchase| model.offers.iter().find(|o| o.id == p.offer);
        let text = |of: &dyn Fn(&crate::model::Offer) -> String| {
            Cells::Text(plan.purchases.iter().map(|p| offer(p).map(of)).collect())
        };
        let chip = text(&|o| model.chips[o.chip].id.clone());
        let vendor = text(&|o| model.chips[o.chip].vendor.clone());
        let cloud = text(&|o| model.clouds[o.cloud].id.clone());
        let hours =
            |p: &crate::plan::Purchase| model.calendar.periods.iter().find(|t| t.label == p.period).map(|t| t.hours);
        let hours = Cells::Number(plan.purchases.iter().map(hours).collect());
        for (name, cells) in [("chip", chip), ("vendor", vendor), ("cloud", cloud), ("hours", hours)] {
            table.columns.push(crate::plan::FlatColumn { name, cells });
        }
    }
    tables
}

/// A table of sums over another one: a row for each period, a column for each group, and a chart of it.
struct Pivot {
    sheet: &'static str,
    title: String,
    of: &'static str,
    groups: &'static str,
    measure: &'static str,
    /// Whether sums over periods mean something.
    adds_up: bool,
}

struct Looks {
    title: Format,
    header: Format,
    text: Format,
    money: Format,
    precise: Format,
    count: Format,
    part: Format,
    number: Format,
    total: Format,
    total_text: Format,
    total_count: Format,
}

impl Looks {
    fn new(currency: &str) -> Self {
        let money = format!("#,##0 \"{currency}\";[Red]-#,##0 \"{currency}\"");
        let total = Format::new().set_bold().set_border_top(FormatBorder::Thin);
        Looks {
            title: Format::new().set_bold().set_font_size(14),
            header: Format::new()
                .set_bold()
                .set_border_bottom(FormatBorder::Thin)
                .set_align(FormatAlign::Top)
                .set_background_color(Color::RGB(0xE8_EE_F4)),
            text: Format::new(),
            precise: Format::new().set_num_format(format!("#,##0.00## \"{currency}\"")),
            count: Format::new().set_num_format("#,##0"),
            part: Format::new().set_num_format("0.0%"),
            number: Format::new().set_num_format("#,##0.######"),
            total: total.clone().set_num_format(&money),
            total_count: total.clone().set_num_format("#,##0"),
            total_text: total,
            money: Format::new().set_num_format(money),
        }
    }
}

struct PlanBook<'a> {
    plan: &'a Plan,
    looks: &'a Looks,
    tables: &'a [FlatTable],
}

impl PlanBook<'_> {
    /// What it costs, by kind, with shares; what a chip-hour costs.
    fn summary(&self) -> Result<Worksheet, XlsxError> {
        let (plan, looks) = (self.plan, self.looks);
        let mut sheet = new_sheet("plan")?;
        sheet.set_column_width(0, 34)?;
        for column in 1..=4 {
            sheet.set_column_width(column, 24)?;
        }
        sheet.write_string_with_format(0, 0, format!("Plan of {}", plan.model.name), &looks.title)?;
        let facts = [
            ("Status", summary::headline(plan)),
            ("Currency", plan.currency.clone()),
            ("Scenarios", plan.model.scenarios.join(", ")),
            ("Fingerprint of the model", plan.model.sha256.clone()),
            ("Program", format!("polysource {}", plan.polysource)),
        ];
        let mut row = 1;
        for (name, value) in facts.iter().filter(|(_, value)| !value.is_empty()) {
            sheet.write_string(row, 0, *name)?.write_string(row, 1, value)?;
            row += 1;
        }
        let Some(cost) = &plan.cost else { return Ok(sheet) };
        row += 1;
        let header = ["Cost by kind", "Present value", "Share of present value", "Undiscounted"];
        for (column, text) in (0..).zip(header) {
            sheet.write_string_with_format(row, column, text, &looks.header)?;
        }
        let mut kinds: Vec<(CostKind, f64, f64)> = Vec::new();
        let mut add = |kind: CostKind, value: f64, nominal: f64| match kinds.iter_mut().find(|k| k.0 == kind) {
            Some(found) => (found.1, found.2) = (found.1 + value, found.2 + nominal),
            None => kinds.push((kind, value, nominal)),
        };
        cost.lines.iter().for_each(|line| add(line.kind, line.cost, 0.0));
        cost.by_period.iter().flat_map(|p| &p.kinds).for_each(|k| add(k.kind, 0.0, k.cost));
        let first = row + 1;
        let total_row = first + u32::try_from(kinds.len()).unwrap_or(0);
        let (sum, nominal) = kinds.iter().fold((0.0, 0.0), |(a, b), k| (a + k.1, b + k.2));
        for (index, (kind, value, undiscounted)) in (0..).zip(&kinds) {
            let at = first + index;
            let cell = at + 1;
            sheet.write_string(at, 0, kind.word())?;
            if let Some((table, rows)) = self.find("cost-lines") {
                let (by, of) = (range(table, rows, "kind"), range(table, rows, "cost"));
                formula(&mut sheet, at, 1, format!("=SUMIF({by},A{cell},{of})"), *value, &looks.money)?;
            }
            let share = if sum == 0.0 { 0.0 } else { value / sum };
            let total = total_row + 1;
            let text = format!("=IF(B${total}=0,0,B{cell}/B${total})");
            formula(&mut sheet, at, 2, text, share, &looks.part)?;
            if let Some((table, rows)) = self.find("cost-periods") {
                let (by, of) = (range(table, rows, "kind"), range(table, rows, "cost"));
                formula(&mut sheet, at, 3, format!("=SUMIF({by},A{cell},{of})"), *undiscounted, &looks.money)?;
            }
        }
        sheet.write_string_with_format(total_row, 0, "Total", &looks.total_text)?;
        if !kinds.is_empty() {
            for (column, letter, value) in [(1, 'B', sum), (3, 'D', nominal)] {
                let text = format!("=SUM({letter}{}:{letter}{total_row})", first + 1);
                formula(&mut sheet, total_row, column, text, value, &looks.total)?;
            }
            let text = format!("=SUM(C{}:C{total_row})", first + 1);
            let part = looks.total_text.clone().set_num_format("0.0%");
            formula(&mut sheet, total_row, 2, text, if sum == 0.0 { 0.0 } else { 1.0 }, &part)?;
        }
        row = total_row + 2;
        if let (Some((table, rows)), false) = (self.find("purchases"), uncertain(plan)) {
            let hours: f64 = (0..rows).map(|i| number(table, i, "chips") * number(table, i, "hours")).sum();
            let spend: f64 = (0..rows).map(|i| number(table, i, "spend")).sum();
            let (chips, of_hours) = (range(table, rows, "chips"), range(table, rows, "hours"));
            sheet.write_string(row, 0, "Chip-hours held")?;
            formula(&mut sheet, row, 1, format!("=SUMPRODUCT({chips},{of_hours})"), hours, &looks.count)?;
            sheet.write_string(row + 1, 0, "Paid for them (undiscounted)")?;
            formula(&mut sheet, row + 1, 1, format!("=SUM({})", range(table, rows, "spend")), spend, &looks.money)?;
            sheet.write_string(row + 2, 0, "Paid per chip-hour")?;
            let (top, bottom) = (row + 2, row + 1);
            let each = if hours == 0.0 { 0.0 } else { spend / hours };
            formula(&mut sheet, row + 2, 1, format!("=IF(B{bottom}=0,0,B{top}/B{bottom})"), each, &looks.precise)?;
            row += 4;
        }
        let note = match uncertain(plan) {
            true => {
                "Costs are expected over the futures. What is held depends on what becomes known: see its node in the tables."
            }
            false => "Sums, shares and averages are formulas over the tables of this workbook.",
        };
        sheet.write_string(row, 0, note)?;
        if plan.status != Status::Optimal {
            sheet.write_string(row + 1, 0, "This plan is not certified as optimal: see Status above.")?;
        }
        if !kinds.is_empty() {
            let mut chart = Chart::new(ChartType::Bar);
            chart.title().set_name("Present value by kind");
            let last = total_row - 1;
            chart
                .add_series()
                .set_name("Present value")
                .set_categories(("plan", first, 0, last, 0))
                .set_values(("plan", first, 1, last, 1));
            chart.y_axis().set_reverse();
            let most = kinds.iter().fold(0.0_f64, |most, k| most.max(k.1.abs()));
            chart.x_axis().set_num_format(scaled(most));
            chart.legend().set_hidden();
            chart.set_width(640).set_height(320);
            sheet.insert_chart(1, 6, &chart)?;
        }
        Ok(sheet)
    }

    fn pivots(&self) -> Vec<Pivot> {
        let money = &self.plan.currency;
        let pivot =
            |sheet, title: String, (of, groups, measure), adds_up| Pivot { sheet, title, of, groups, measure, adds_up };
        let all = [
            pivot(
                "cost by period",
                format!("Undiscounted cost by period ({money})"),
                ("cost-periods", "kind", "cost"),
                true,
            ),
            pivot(
                "spend by vendor",
                format!("Paid for chips by vendor ({money})"),
                ("purchases", "vendor", "spend"),
                true,
            ),
            pivot("chips by cloud", "Chips held by cloud".to_owned(), ("purchases", "cloud", "chips"), false),
        ];
        all.into_iter().filter(|p| self.find(p.of).is_some()).collect()
    }

    /// A row for each period, a column for each group.
    fn pivot(&self, pivot: &Pivot) -> Result<Worksheet, XlsxError> {
        let looks = self.looks;
        let mut sheet = new_sheet(pivot.sheet)?;
        let Some((table, rows)) = self.find(pivot.of) else { return Ok(sheet) };
        let cost = self.plan.cost.iter().flat_map(|c| &c.by_period);
        let periods: Vec<&str> = cost.map(|p| p.period.as_str()).collect();
        let mut sums: BTreeMap<(String, String), f64> = BTreeMap::new();
        let mut groups: Vec<String> = Vec::new();
        for row in 0..rows {
            let (period, group) = (table.text(row, "period"), table.text(row, pivot.groups));
            if !groups.contains(&group) {
                groups.push(group.clone());
            }
            *sums.entry((period, group)).or_default() += number(table, row, pivot.measure);
        }
        let money = pivot.measure != "chips";
        let (own, whole) = if money { (&looks.money, &looks.total) } else { (&looks.count, &looks.total_count) };
        sheet.set_column_width(0, 14)?;
        sheet.set_freeze_panes(1, 1)?;
        sheet.write_string_with_format(0, 0, "period", &looks.header)?;
        let width = u16::try_from(groups.len()).unwrap_or(u16::MAX);
        for (column, group) in (1..).zip(&groups) {
            sheet.write_string_with_format(0, column, group, &looks.header)?;
            sheet.set_column_width(column, 20)?;
        }
        sheet.write_string_with_format(0, width + 1, "total", &looks.header)?;
        sheet.set_column_width(width + 1, 20)?;
        let (by_period, by_group) = (range(table, rows, "period"), range(table, rows, pivot.groups));
        let of = range(table, rows, pivot.measure);
        let height = u32::try_from(periods.len()).unwrap_or(u32::MAX);
        for (row, period) in (1..).zip(&periods) {
            sheet.write_string(row, 0, *period)?;
            let mut total = 0.0;
            for (column, group) in (1..).zip(&groups) {
                let value = sums.get(&((*period).to_owned(), group.clone())).copied().unwrap_or(0.0);
                total += value;
                let head = letters(column);
                let text = format!("=SUMIFS({of},{by_period},$A{},{by_group},{head}$1)", row + 1);
                formula(&mut sheet, row, column, text, value, own)?;
            }
            let text = format!("=SUM(B{0}:{1}{0})", row + 1, letters(width));
            formula(&mut sheet, row, width + 1, text, total, own)?;
        }
        if pivot.adds_up && height > 0 {
            let row = height + 1;
            sheet.write_string_with_format(row, 0, "total", &looks.total_text)?;
            let mut all = 0.0;
            for (column, group) in (1..).zip(&groups) {
                let value: f64 = sums.iter().filter(|((_, g), _)| g == group).map(|(_, v)| v).sum();
                all += value;
                let text = format!("=SUM({0}2:{0}{1})", letters(column), height + 1);
                formula(&mut sheet, row, column, text, value, whole)?;
            }
            let text = format!("=SUM({0}2:{0}{1})", letters(width + 1), height + 1);
            formula(&mut sheet, row, width + 1, text, all, whole)?;
        }
        if height > 0 {
            let mut chart = Chart::new(ChartType::ColumnStacked);
            chart.title().set_name(&pivot.title);
            for (column, _) in (1..).zip(&groups) {
                chart
                    .add_series()
                    .set_name((pivot.sheet, 0, column))
                    .set_categories((pivot.sheet, 1, 0, height, 0))
                    .set_values((pivot.sheet, 1, column, height, column))
                    .set_gap(40);
            }
            let most = sums.values().fold(0.0_f64, |most, x| most.max(x.abs()));
            chart.y_axis().set_num_format(scaled(most));
            // A stack shows shares only from zero on.
            if sums.values().all(|x| *x >= 0.0) {
                chart.y_axis().set_min(0);
            }
            chart.set_width(860).set_height(380);
            sheet.insert_chart(height + 4, 1, &chart)?;
        }
        Ok(sheet)
    }

    /// A table of the plan as it is.
    fn table(&self, table: &FlatTable) -> Result<Worksheet, XlsxError> {
        let looks = self.looks;
        let mut sheet = new_sheet(table.name)?;
        sheet.set_freeze_panes(1, 1)?;
        let rows = u32::try_from(table.rows()).unwrap_or(u32::MAX);
        for (column, of) in (0..).zip(&table.columns) {
            sheet.write_string_with_format(0, column, of.name, &looks.header)?;
            let mut widest = of.name.chars().count().max(8);
            let format = match of.name {
                name if MONEY.contains(&name) && (name == "price" || name == "agreed") => &looks.precise,
                name if MONEY.contains(&name) => &looks.money,
                name if PARTS.contains(&name) => &looks.part,
                _ => &looks.number,
            };
            for (row, index) in (1..=rows).zip(0..) {
                match &of.cells {
                    Cells::Number(all) => {
                        if let Some(value) = all[index].filter(|x| x.is_finite()) {
                            sheet.write_number_with_format(row, column, value, format)?;
                            widest = widest.max(16);
                        }
                    }
                    Cells::Flag(all) => _ = sheet.write_boolean(row, column, all[index])?,
                    Cells::Text(all) => {
                        if let Some(text) = &all[index] {
                            sheet.write_string_with_format(row, column, text, &looks.text)?;
                            widest = widest.max(text.chars().count());
                        }
                    }
                }
            }
            sheet.set_column_width(column, (widest + 2).min(48) as f64)?;
        }
        let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
        sheet.autofilter(0, 0, rows, last)?;
        Ok(sheet)
    }

    /// A table by its name, with how many rows it has.
    fn find(&self, name: &str) -> Option<(&FlatTable, usize)> {
        self.tables.iter().find(|t| t.name == name).map(|t| (t, t.rows()))
    }
}

/// How large numbers stand at an axis.
fn scaled(most: f64) -> &'static str {
    match most {
        most if most >= 1e10 => "#,##0.0,,,\" B\"",
        most if most >= 1e7 => "#,##0,,\" M\"",
        most if most >= 1e4 => "#,##0,\" k\"",
        _ => "#,##0.##",
    }
}

/// A sheet that is printed on pages as wide as it is.
fn new_sheet(name: &str) -> Result<Worksheet, XlsxError> {
    let mut sheet = Worksheet::new();
    sheet.set_name(name)?;
    sheet.set_landscape().set_print_fit_to_pages(1, 0).set_repeat_rows(0, 0)?;
    Ok(sheet)
}

/// A number of a table; 0 where there is none.
fn number(table: &FlatTable, row: usize, name: &str) -> f64 {
    match table.column(name) {
        Some(Cells::Number(all)) => all.get(row).copied().flatten().unwrap_or(0.0),
        _ => 0.0,
    }
}

/// The cells of a column of a table, for a formula.
fn range(table: &FlatTable, rows: usize, name: &str) -> String {
    let column = table.columns.iter().position(|c| c.name == name).unwrap_or(0);
    let letter = crate::diagnostics::letters(column + 1);
    format!("'{}'!${letter}$2:${letter}${}", table.name, rows + 1)
}

/// The letters of a column, from 0.
fn letters(column: u16) -> String {
    crate::diagnostics::letters(usize::from(column) + 1)
}

/// A formula with its value.
fn formula(
    sheet: &mut Worksheet,
    row: u32,
    column: u16,
    text: String,
    value: f64,
    format: &Format,
) -> Result<(), XlsxError> {
    sheet.write_formula_with_format(row, column, Formula::new(text).set_result(value.to_string()), format)?;
    Ok(())
}
