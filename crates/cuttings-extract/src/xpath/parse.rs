//! The text of an expression into its form for [`super::evaluate`].
//!
//! [`super::XPath::parse`] comes here. Operators of one rank stand in a list
//! and not in a tree, so that `a or b or c …` of any length is not deep; only
//! parentheses, predicates and calls nest, and those are counted.

use super::{MAX_EXPRESSION_BYTES, MAX_EXPRESSION_DEPTH, XPathError};

/// An expression or a part of one.
#[derive(Clone, Debug)]
pub(super) enum Expression {
    Number(f64),
    Text(String),
    Call(Function, Vec<Expression>),
    Negative(Box<Expression>),
    /// The first part, and the operators with what follows them, left to right.
    /// All operators have the same rank.
    Chain(Box<Expression>, Vec<(Operator, Expression)>),
    Path(Path),
}

/// Where a path starts, and the way from there.
#[derive(Clone, Debug)]
pub(super) struct Path {
    pub(super) start: Start,
    /// Predicates on the start: only with [`Start::Value`].
    pub(super) predicates: Vec<Expression>,
    pub(super) steps: Vec<Step>,
}

#[derive(Clone, Debug)]
pub(super) enum Start {
    Root,
    Here,
    Value(Box<Expression>),
}

#[derive(Clone, Debug)]
pub(super) struct Step {
    pub(super) axis: Axis,
    pub(super) test: Test,
    pub(super) predicates: Vec<Expression>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Axis {
    Ancestor,
    AncestorOrSelf,
    Attribute,
    Child,
    Descendant,
    DescendantOrSelf,
    Following,
    FollowingSibling,
    Parent,
    Preceding,
    PrecedingSibling,
    Itself,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Test {
    /// `*`
    Any,
    /// A name, in lower case.
    Name(String),
    /// `prefix:*`: what a name starts with, colon included, in lower case.
    Prefix(String),
    Node,
    Text,
    Comment,
    /// `processing-instruction()`, of which HTML has none.
    Nothing,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Operator {
    Or,
    And,
    Equal,
    Unequal,
    Less,
    LessOrEqual,
    More,
    MoreOrEqual,
    Plus,
    Minus,
    Times,
    Divide,
    Remainder,
    Union,
}

macro_rules! functions {
    ($($variant:ident $name:literal $least:literal $most:expr;)*) => {
        /// The functions there are.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        pub(super) enum Function { $($variant),* }

        impl Function {
            fn from_name(name: &str) -> Option<Self> {
                match name { $($name => Some(Self::$variant),)* _ => None }
            }
            fn name(self) -> &'static str {
                match self { $(Self::$variant => $name),* }
            }
            /// The fewest and the most arguments it takes.
            fn arity(self) -> (usize, usize) {
                match self { $(Self::$variant => ($least, $most)),* }
            }
        }
    };
}

functions! {
    Boolean "boolean" 1 1;
    Ceiling "ceiling" 1 1;
    Concat "concat" 2 usize::MAX;
    Contains "contains" 2 2;
    Count "count" 1 1;
    False "false" 0 0;
    Floor "floor" 1 1;
    Id "id" 1 1;
    Last "last" 0 0;
    LocalName "local-name" 0 1;
    Name "name" 0 1;
    NormalizeSpace "normalize-space" 0 1;
    Not "not" 1 1;
    Number "number" 0 1;
    Position "position" 0 0;
    Round "round" 1 1;
    StartsWith "starts-with" 2 2;
    String "string" 0 1;
    StringLength "string-length" 0 1;
    Substring "substring" 2 3;
    SubstringAfter "substring-after" 2 2;
    SubstringBefore "substring-before" 2 2;
    Sum "sum" 1 1;
    Translate "translate" 3 3;
    True "true" 0 0;
}

/// Reads a whole expression.
pub(super) fn parse(source: &str) -> Result<Expression, XPathError> {
    let mut parser = Parser {
        source,
        at: 0,
        depth: 0,
    };
    if source.len() > MAX_EXPRESSION_BYTES {
        return parser.fail(format!(
            "the expression has {} bytes and at most {MAX_EXPRESSION_BYTES} are read",
            source.len()
        ));
    }
    let expression = parser.expression()?;
    parser.space();
    if parser.at < source.len() {
        let rest = parser.peek().unwrap_or_default();
        return parser.fail(format!("`{rest}` does not belong here"));
    }
    Ok(expression)
}

/// Operators by rank, weakest first. A symbol stands before its beginnings.
const RANKS: &[&[(&str, Operator)]] = &[
    &[("or", Operator::Or)],
    &[("and", Operator::And)],
    &[("=", Operator::Equal), ("!=", Operator::Unequal)],
    &[
        ("<=", Operator::LessOrEqual),
        ("<", Operator::Less),
        (">=", Operator::MoreOrEqual),
        (">", Operator::More),
    ],
    &[("+", Operator::Plus), ("-", Operator::Minus)],
    &[
        ("*", Operator::Times),
        ("div", Operator::Divide),
        ("mod", Operator::Remainder),
    ],
];

struct Parser<'s> {
    source: &'s str,
    /// Byte position.
    at: usize,
    depth: usize,
}

impl<'s> Parser<'s> {
    fn rest(&self) -> &'s str {
        &self.source[self.at..]
    }

    fn peek(&self) -> Option<char> {
        self.rest().chars().next()
    }

    fn space(&mut self) {
        let rest = self.rest();
        self.at += rest.len() - rest.trim_start().len();
    }

    /// Takes `symbol` if it comes next.
    fn take(&mut self, symbol: &str) -> bool {
        self.space();
        let found = self.rest().starts_with(symbol);
        if found {
            self.at += symbol.len();
        }
        found
    }

    fn fail<T>(&self, message: impl Into<String>) -> Result<T, XPathError> {
        Err(XPathError {
            at: self.source[..self.at].chars().count() + 1,
            message: message.into(),
        })
    }

    /// Takes a name without colon, if one comes next.
    fn plain_name(&mut self) -> Option<&'s str> {
        let rest = self.rest();
        let mut length = 0;
        for c in rest.chars() {
            let fits = c.is_alphabetic()
                || c == '_'
                || (length > 0 && (c.is_alphanumeric() || matches!(c, '-' | '.' | '·')));
            if !fits {
                break;
            }
            length += c.len_utf8();
        }
        self.at += length;
        (length > 0).then(|| &rest[..length])
    }

    /// Takes a name; a single colon with more name after it is part of it.
    fn name(&mut self) -> Option<String> {
        let mut name = self.plain_name()?.to_owned();
        let mark = self.at;
        if self.rest().starts_with(':') && !self.rest().starts_with("::") {
            self.at += 1;
            match self.plain_name() {
                Some(local) => name = format!("{name}:{local}"),
                None => self.at = mark,
            }
        }
        Some(name)
    }

    fn expression(&mut self) -> Result<Expression, XPathError> {
        if self.depth >= MAX_EXPRESSION_DEPTH {
            return self.fail(format!(
                "more than {MAX_EXPRESSION_DEPTH} brackets are open"
            ));
        }
        self.depth += 1;
        let found = self.ranked(0)?;
        self.depth -= 1;
        Ok(found)
    }

    fn ranked(&mut self, rank: usize) -> Result<Expression, XPathError> {
        let Some(operators) = RANKS.get(rank) else {
            return self.signed();
        };
        let first = self.ranked(rank + 1)?;
        let mut more = Vec::new();
        while let Some(operator) = self.operator(operators) {
            more.push((operator, self.ranked(rank + 1)?));
        }
        Ok(chain(first, more))
    }

    fn operator(&mut self, among: &[(&str, Operator)]) -> Option<Operator> {
        self.space();
        for (symbol, operator) in among {
            let Some(after) = self.rest().strip_prefix(symbol) else {
                continue;
            };
            // `order` is not `or` and a rest.
            let is_word = symbol.starts_with(char::is_alphabetic);
            if is_word && after.starts_with(|c: char| c.is_alphanumeric() || c == '_' || c == '-') {
                continue;
            }
            self.at += symbol.len();
            return Some(*operator);
        }
        None
    }

    fn signed(&mut self) -> Result<Expression, XPathError> {
        let mut signs = 0;
        while self.take("-") {
            signs += 1;
        }
        let first = self.path()?;
        let mut more = Vec::new();
        while self.take("|") {
            more.push((Operator::Union, self.path()?));
        }
        let value = chain(first, more);
        Ok(match signs {
            0 => value,
            // Twice negative is a number, not what it was before.
            n if n % 2 == 0 => {
                Expression::Negative(Box::new(Expression::Negative(Box::new(value))))
            }
            _ => Expression::Negative(Box::new(value)),
        })
    }

    fn path(&mut self) -> Result<Expression, XPathError> {
        self.space();
        let mut steps = Vec::new();
        let (start, predicates) = if self.rest().starts_with("//") {
            (Start::Root, Vec::new())
        } else if self.take("/") {
            self.space();
            if !self.starts_step() {
                return Ok(Expression::Path(Path {
                    start: Start::Root,
                    predicates: Vec::new(),
                    steps,
                }));
            }
            self.step(&mut steps)?;
            (Start::Root, Vec::new())
        } else if let Some(primary) = self.primary()? {
            let predicates = self.predicates()?;
            self.space();
            if predicates.is_empty() && !self.rest().starts_with('/') {
                return Ok(primary);
            }
            (Start::Value(Box::new(primary)), predicates)
        } else {
            self.step(&mut steps)?;
            (Start::Here, Vec::new())
        };
        loop {
            self.space();
            if self.take("//") {
                steps.push(Step {
                    axis: Axis::DescendantOrSelf,
                    test: Test::Node,
                    predicates: Vec::new(),
                });
            } else if !self.take("/") {
                break;
            }
            self.step(&mut steps)?;
        }
        shorten(&mut steps);
        Ok(Expression::Path(Path {
            start,
            predicates,
            steps,
        }))
    }

    fn starts_step(&self) -> bool {
        self.peek()
            .is_some_and(|c| c.is_alphabetic() || matches!(c, '_' | '*' | '@' | '.'))
    }

    /// A literal, a number, a call or something in parentheses.
    fn primary(&mut self) -> Result<Option<Expression>, XPathError> {
        match self.peek() {
            Some(quote @ ('"' | '\'')) => {
                let text = &self.rest()[1..];
                let Some(length) = text.find(quote) else {
                    return self.fail(format!("the text that opens here has no closing {quote}"));
                };
                self.at += length + 2;
                Ok(Some(Expression::Text(text[..length].to_owned())))
            }
            Some('(') => {
                self.at += 1;
                let inner = self.expression()?;
                self.close(")")?;
                Ok(Some(inner))
            }
            Some('$') => self.fail("there are no variables here"),
            Some(c) if c.is_ascii_digit() || (c == '.' && self.is_fraction()) => {
                let rest = self.rest();
                let mut seen_point = false;
                let length = rest
                    .find(|c: char| {
                        let point = c == '.' && !seen_point;
                        seen_point |= point;
                        !(c.is_ascii_digit() || point)
                    })
                    .unwrap_or(rest.len());
                let number = super::values::number_of(&rest[..length]);
                self.at += length;
                Ok(Some(Expression::Number(number)))
            }
            _ => self.call(),
        }
    }

    fn is_fraction(&self) -> bool {
        self.rest()[1..].starts_with(|c: char| c.is_ascii_digit())
    }

    fn call(&mut self) -> Result<Option<Expression>, XPathError> {
        let mark = self.at;
        let Some(name) = self.name() else {
            return Ok(None);
        };
        self.space();
        let is_test = matches!(
            name.as_str(),
            "node" | "text" | "comment" | "processing-instruction"
        );
        if is_test || !self.rest().starts_with('(') {
            self.at = mark;
            return Ok(None);
        }
        let Some(function) = Function::from_name(&name) else {
            self.at = mark;
            return self.fail(format!("there is no function called `{name}` in XPath 1.0"));
        };
        self.at += 1;
        let mut arguments = Vec::new();
        self.space();
        if !self.rest().starts_with(')') {
            loop {
                arguments.push(self.expression()?);
                if !self.take(",") {
                    break;
                }
            }
        }
        self.close(")")?;
        let (least, most) = function.arity();
        if arguments.len() < least || arguments.len() > most {
            self.at = mark;
            let wanted = match (least, most) {
                (_, usize::MAX) => format!("{least} or more arguments"),
                (0, 0) => "no arguments".to_owned(),
                (1, 1) => "1 argument".to_owned(),
                (a, b) if a == b => format!("{a} arguments"),
                (a, b) => format!("{a} or {b} arguments"),
            };
            return self.fail(format!(
                "`{}` takes {wanted} and has {}",
                function.name(),
                arguments.len()
            ));
        }
        let takes_nodes = matches!(
            function,
            Function::Count | Function::Sum | Function::Name | Function::LocalName
        );
        if takes_nodes && arguments.iter().any(|argument| !may_be_nodes(argument)) {
            self.at = mark;
            return self.fail(format!("`{}` takes a path", function.name()));
        }
        Ok(Some(Expression::Call(function, arguments)))
    }

    fn close(&mut self, bracket: &str) -> Result<(), XPathError> {
        if self.take(bracket) {
            Ok(())
        } else {
            self.fail(format!("a `{bracket}` is missing"))
        }
    }

    fn predicates(&mut self) -> Result<Vec<Expression>, XPathError> {
        let mut predicates = Vec::new();
        while self.take("[") {
            predicates.push(self.expression()?);
            self.close("]")?;
        }
        Ok(predicates)
    }

    fn step(&mut self, steps: &mut Vec<Step>) -> Result<(), XPathError> {
        self.space();
        let dots = if self.rest().starts_with("..") {
            Some((2, Axis::Parent))
        } else if self.rest().starts_with('.') {
            Some((1, Axis::Itself))
        } else {
            None
        };
        if let Some((length, axis)) = dots {
            self.at += length;
            // XPath has no predicates here; other readers of rules allow them.
            let predicates = self.predicates()?;
            steps.push(Step {
                axis,
                test: Test::Node,
                predicates,
            });
            return Ok(());
        }
        let axis = self.axis()?;
        let test = self.test()?;
        let predicates = self.predicates()?;
        steps.push(Step {
            axis,
            test,
            predicates,
        });
        Ok(())
    }

    fn axis(&mut self) -> Result<Axis, XPathError> {
        if self.take("@") {
            return Ok(Axis::Attribute);
        }
        let mark = self.at;
        let Some(name) = self.plain_name() else {
            return Ok(Axis::Child);
        };
        self.space();
        if !self.rest().starts_with("::") {
            self.at = mark;
            return Ok(Axis::Child);
        }
        let axis = match name {
            "ancestor" => Axis::Ancestor,
            "ancestor-or-self" => Axis::AncestorOrSelf,
            "attribute" => Axis::Attribute,
            "child" => Axis::Child,
            "descendant" => Axis::Descendant,
            "descendant-or-self" => Axis::DescendantOrSelf,
            "following" => Axis::Following,
            "following-sibling" => Axis::FollowingSibling,
            "parent" => Axis::Parent,
            "preceding" => Axis::Preceding,
            "preceding-sibling" => Axis::PrecedingSibling,
            "self" => Axis::Itself,
            _ => {
                self.at = mark;
                return self.fail(format!("there is no axis called `{name}`"));
            }
        };
        self.at += 2;
        Ok(axis)
    }

    fn test(&mut self) -> Result<Test, XPathError> {
        if self.take("*") {
            return Ok(Test::Any);
        }
        let mark = self.at;
        let Some(name) = self.name() else {
            let found = self.peek();
            return self.fail(match found {
                Some(c) => format!("a name or `*` is missing before `{c}`"),
                None => "the expression ends where a name or `*` should stand".to_owned(),
            });
        };
        if self.rest().starts_with(":*") {
            self.at += 2;
            return Ok(Test::Prefix(format!("{}:", name.to_ascii_lowercase())));
        }
        let after_name = self.at;
        self.space();
        if !self.rest().starts_with('(') {
            self.at = after_name;
            return Ok(Test::Name(name.to_ascii_lowercase()));
        }
        self.at += 1;
        let test = match name.as_str() {
            "node" => Test::Node,
            "text" => Test::Text,
            "comment" => Test::Comment,
            "processing-instruction" => {
                self.space();
                if matches!(self.peek(), Some('"' | '\'')) {
                    self.primary()?;
                }
                Test::Nothing
            }
            _ => {
                self.at = mark;
                return self.fail(format!("`{name}(…)` cannot be a step of a path"));
            }
        };
        self.close(")")?;
        Ok(test)
    }
}

fn chain(first: Expression, more: Vec<(Operator, Expression)>) -> Expression {
    if more.is_empty() {
        first
    } else {
        Expression::Chain(Box::new(first), more)
    }
}

/// Makes one step of `//x`, where that selects the same.
fn shorten(steps: &mut Vec<Step>) {
    let mut at = 0;
    while at + 1 < steps.len() {
        let is_anything = steps[at].axis == Axis::DescendantOrSelf
            && steps[at].test == Test::Node
            && steps[at].predicates.is_empty();
        let next = &steps[at + 1];
        if is_anything && next.axis == Axis::Child && !next.predicates.iter().any(counts_places) {
            steps.remove(at);
            steps[at].axis = Axis::Descendant;
        }
        at += 1;
    }
}

/// Whether a predicate may depend on the place among those selected.
fn counts_places(predicate: &Expression) -> bool {
    match predicate {
        Expression::Number(_) | Expression::Negative(_) => true,
        Expression::Call(function, _) => {
            matches!(
                function,
                Function::Ceiling
                    | Function::Count
                    | Function::Floor
                    | Function::Number
                    | Function::Round
                    | Function::StringLength
                    | Function::Sum
            ) || asks_for_place(predicate)
        }
        Expression::Chain(_, more) => {
            more.iter().any(|(operator, _)| {
                matches!(
                    operator,
                    Operator::Plus
                        | Operator::Minus
                        | Operator::Times
                        | Operator::Divide
                        | Operator::Remainder
                )
            }) || asks_for_place(predicate)
        }
        Expression::Text(_) | Expression::Path(_) => asks_for_place(predicate),
    }
}

/// Whether `position()` or `last()` stands in it, at its own level.
fn asks_for_place(part: &Expression) -> bool {
    match part {
        Expression::Call(Function::Position | Function::Last, _) => true,
        Expression::Call(_, arguments) => arguments.iter().any(asks_for_place),
        Expression::Negative(inner) => asks_for_place(inner),
        Expression::Chain(first, more) => {
            asks_for_place(first) || more.iter().any(|(_, part)| asks_for_place(part))
        }
        Expression::Path(path) => {
            matches!(&path.start, Start::Value(value) if asks_for_place(value))
        }
        Expression::Number(_) | Expression::Text(_) => false,
    }
}

/// Whether its value is a set of nodes.
fn may_be_nodes(part: &Expression) -> bool {
    match part {
        Expression::Path(_) | Expression::Call(Function::Id, _) => true,
        Expression::Chain(_, more) => {
            matches!(more.first(), Some((Operator::Union, _)))
        }
        Expression::Number(_)
        | Expression::Text(_)
        | Expression::Call(..)
        | Expression::Negative(_) => false,
    }
}
