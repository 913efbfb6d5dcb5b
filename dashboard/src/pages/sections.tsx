import { BuildingFilled, BuildingRegular } from "@fluentui/react-icons/svg/building";
import { HomeFilled, HomeRegular } from "@fluentui/react-icons/svg/home";
import { OrganizationFilled, OrganizationRegular } from "@fluentui/react-icons/svg/organization";
import { ArrowUndoFilled, ArrowUndoRegular } from "@fluentui/react-icons/svg/arrow-undo";
import {
  ShieldCheckmarkFilled,
  ShieldCheckmarkRegular,
} from "@fluentui/react-icons/svg/shield-checkmark";
import type { ReactElement } from "react";

export interface Section {
  readonly title: string;
  readonly path: string;
  readonly href: string;
  readonly icon: ReactElement;
  readonly activeIcon: ReactElement;
}

export const SECTIONS: readonly Section[] = [
  {
    title: "Overview",
    path: "",
    href: "#/",
    icon: <HomeRegular />,
    activeIcon: <HomeFilled />,
  },
  {
    title: "Tenants",
    path: "tenants",
    href: "#/tenants",
    icon: <BuildingRegular />,
    activeIcon: <BuildingFilled />,
  },
  {
    title: "Verifications",
    path: "verifications",
    href: "#/verifications",
    icon: <ShieldCheckmarkRegular />,
    activeIcon: <ShieldCheckmarkFilled />,
  },
  {
    title: "Restores",
    path: "restores",
    href: "#/restores",
    icon: <ArrowUndoRegular />,
    activeIcon: <ArrowUndoFilled />,
  },
  {
    title: "Onboarding",
    path: "onboarding",
    href: "#/onboarding",
    icon: <OrganizationRegular />,
    activeIcon: <OrganizationFilled />,
  },
];
