"""If it fails tonight, who goes where: needs, vacancies, travel, placement, plan and report."""
