/**
 * How Teams draws cards, as far as its documentation and look tell: fonts, spacings, colours, six actions.
 * Written for this sandbox; Teams' real values differ a little between clients.
 */
const LIGHT = {
  line: '#e0dfe4',
  text: ['#242424', '#5c5c5f'],
  dark: ['#242424', '#5c5c5f'],
  light: ['#ffffff', '#f0f0f0'],
  accent: ['#4f52b2', '#6467bd'],
  good: ['#0b6a0b', '#2c7a2c'],
  warning: ['#7a4f00', '#8a6116'],
  attention: ['#b3192d', '#bd3b4b'],
  backgrounds: {
    default: ['#ffffff', '#e0dfe4'],
    emphasis: ['#f5f5f6', '#e0dfe4'],
    accent: ['#eef0fb', '#c5caf0'],
    good: ['#eaf6ea', '#a8d8a8'],
    warning: ['#fdf4de', '#ecd08a'],
    attention: ['#fceef0', '#eeb6bd'],
  },
};
const DARK = {
  line: '#44444a',
  text: ['#f5f5f5', '#bdbdc1'],
  dark: ['#1a1a1c', '#444448'],
  light: ['#ffffff', '#e0e0e0'],
  accent: ['#aab0ff', '#979cec'],
  good: ['#7ad07a', '#69ba69'],
  warning: ['#f2ca6b', '#d9b359'],
  attention: ['#ff9aa5', '#ea858f'],
  backgrounds: {
    default: ['#2a2a2d', '#44444a'],
    emphasis: ['#333337', '#4a4a50'],
    accent: ['#2f3052', '#4a4c80'],
    good: ['#1f331f', '#3d6b3d'],
    warning: ['#38301a', '#6b5a25'],
    attention: ['#3e2225', '#7a3d44'],
  },
};

function foreground(palette) {
  const colour = (name) => ({ default: palette[name][0], subtle: palette[name][1] });
  return {
    default: colour('text'),
    dark: colour('dark'),
    light: colour('light'),
    accent: colour('accent'),
    good: colour('good'),
    warning: colour('warning'),
    attention: colour('attention'),
  };
}

function containerStyles(palette) {
  return Object.fromEntries(
    Object.entries(palette.backgrounds).map(([style, [backgroundColor, borderColor]]) => [
      style,
      { backgroundColor, borderColor, foregroundColors: foreground(palette) },
    ]),
  );
}

const SANS =
  "'Segoe UI Variable Text', 'Segoe UI', system-ui, -apple-system, Roboto, 'Noto Sans', 'DejaVu Sans', sans-serif";
const MONO = "'Cascadia Code', Consolas, 'SFMono-Regular', 'DejaVu Sans Mono', monospace";
const weights = { lighter: 300, default: 400, bolder: 600 };
const label = { color: 'default', size: 'default', isSubtle: false };

/** @param theme  'light' or 'dark' */
export function hostConfig(theme) {
  const palette = theme === 'dark' ? DARK : LIGHT;
  return {
    hostCapabilities: { adaptiveCards: '1.5' },
    choiceSetInputValueSeparator: ',',
    supportsInteractivity: true,
    spacing: { small: 6, default: 10, medium: 14, large: 20, extraLarge: 28, padding: 16 },
    separator: { lineThickness: 1, lineColor: palette.line },
    imageSizes: { small: 32, medium: 52, large: 100 },
    fontTypes: {
      default: {
        fontFamily: SANS,
        fontSizes: { small: 12, default: 14, medium: 16, large: 18, extraLarge: 24 },
        fontWeights: weights,
      },
      monospace: {
        fontFamily: MONO,
        fontSizes: { small: 12, default: 13, medium: 14, large: 16, extraLarge: 20 },
        fontWeights: weights,
      },
    },
    textStyles: {
      heading: { fontType: 'default', size: 'medium', weight: 'bolder', color: 'default', isSubtle: false },
      columnHeader: { weight: 'bolder' },
    },
    textBlock: { headingLevel: 3 },
    containerStyles: containerStyles(palette),
    actions: {
      maxActions: 6,
      spacing: 'default',
      buttonSpacing: 8,
      showCard: { actionMode: 'inline', inlineTopMargin: 12, style: 'emphasis' },
      preExpandSingleShowCardAction: false,
      actionsOrientation: 'horizontal',
      actionAlignment: 'left',
      allowTitleToWrap: true,
    },
    adaptiveCard: { allowCustomStyle: false },
    imageSet: { imageSize: 'medium', maxImageHeight: 100 },
    factSet: {
      title: { ...label, weight: 'bolder', wrap: true, maxWidth: 150 },
      value: { ...label, weight: 'default', wrap: true },
      spacing: 14,
    },
    table: { cellSpacing: 6 },
    inputs: {
      label: {
        inputSpacing: 'small',
        requiredInputs: { ...label, weight: 'bolder', suffix: ' *', suffixColor: 'attention' },
        optionalInputs: { ...label, weight: 'bolder' },
      },
      errorMessage: { ...label, weight: 'default', color: 'attention', size: 'small', spacing: 'small' },
      debounceTimeInMilliSeconds: 250,
      allowDynamicallyFilteredChoiceSet: true,
      allowRevealOnHoverStyle: false,
    },
  };
}
